"""The lab as a Solara application: one component, and one template that shows it.

Solara keeps a page's state and carries it to the browser; how things look and are operated is
native HTML in ``sheet.vue``, so that keyboards and screen readers find what they know.
"""

# pyright: reportPrivateImportUsage=false
# Solara's names are public, but not marked so.
from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import solara
from solara.tasks import use_task

from .desk import Superseded, Visitor
from .session import Answer, Asked, answer, fill


@solara.component_vue("sheet.vue", vuetify=False)
def Sheet(
    form: dict[str, Any],
    blocks: list[dict[str, Any]],
    error: str,
    busy: bool,
    event_choose: Callable[[dict[str, str]], None],
    event_go: Callable[[str], None],
) -> None:
    """Show a page; `choose` tells of a choice, `go` of another address."""


@solara.component
def Layout(children: list[Any]) -> None:
    """Add nothing around the page: no bar, no drawer."""
    solara.Div(children=children, classes=["lab"])


@solara.component
def Page() -> None:
    """Keep what the visitor has asked, compute it in the background, and show it."""
    query = solara.use_router().search or ""
    asked, ask = solara.use_state(solara.use_memo(lambda: Asked.of_query(query), []))
    visitor = solara.use_memo(Visitor, [])
    filled = solara.use_memo(lambda: fill(asked), [asked])
    shown, show = solara.use_state((filled.page, Answer()))

    def work() -> None:
        with suppress(Superseded):
            show((filled.page, visitor.compute(lambda: answer(filled.page, filled.values))))

    def choose(choice: Any) -> None:
        name, value = (str(choice.get(key)) for key in ("name", "value"))
        ask(lambda now: now.choose(name, value))

    task = use_task(work, dependencies=[filled], raise_error=False)
    page, said = shown
    if page != filled.page:
        said = Answer()  # another page's pictures mean nothing here
    failed = str(task.exception) if task.error and task.exception else ""
    solara.Title(f"{filled.form['title']} – Palca")
    Sheet(
        form=filled.form,
        blocks=list(said.blocks),
        error=failed or said.error,
        busy=bool(task.pending),
        event_choose=choose,
        event_go=lambda query: ask(Asked.of_query(str(query))),
    )
