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

from .scheduler import Superseded, Visitor
from .session import Asked, PageAnswer, answer, fill


@solara.component_vue("sheet.vue", vuetify=False)
def Sheet(
    form: dict[str, Any],
    blocks: list[dict[str, Any]],
    film: str,
    error: str,
    busy: bool,
    turn: int,
    event_choose: Callable[[dict[str, Any]], None],
    event_go: Callable[[dict[str, Any]], None],
) -> None:
    """Show a page; `choose` reports a choice, `go` another address.

    Both number what they report; `turn` is the number of the last one that is in `form`.
    """


@solara.component
def Layout(children: list[Any]) -> None:
    """Add nothing around the page: no bar, no drawer."""
    solara.Div(children=children, classes=["lab"])


@solara.component
def Page() -> None:
    """Keep what the visitor has asked, compute it in the background, and show it."""
    query = solara.use_router().search or ""

    def opened() -> tuple[int, Asked]:
        return 0, Asked.of_query(query)

    (turn, asked), ask = solara.use_state(solara.use_memo(opened, []))
    visitor = solara.use_memo(Visitor, [])
    filled = solara.use_memo(lambda: fill(asked), [asked])
    (answered, said), show = solara.use_state((filled, PageAnswer()))

    def work() -> None:
        with suppress(Superseded):
            show((filled, visitor.compute(lambda: answer(filled))))

    def choose(choice: Any) -> None:
        name, value = (str(choice.get(key)) for key in ("name", "value"))
        ask(lambda now: (_turn(choice), now[1].choose(name, value)))

    task = use_task(work, dependencies=[filled], raise_error=False)
    if answered.page != filled.page:
        said = PageAnswer()  # another page's pictures mean nothing here
    failed = str(task.exception) if task.error and task.exception else ""
    solara.Title(f"{filled.form['title']} – Palca")
    Sheet(
        form=filled.form,
        blocks=list(said.blocks),
        film=said.film,
        error=failed or said.error,
        busy=not failed and (answered is not filled or bool(task.pending)),
        turn=turn,
        event_choose=choose,
        event_go=lambda to: ask((_turn(to), Asked.of_query(str(to.get("query"))))),
    )


def _turn(message: Any) -> int:
    """Return the number that the page gave to its message."""
    turn = message.get("turn")
    return turn if isinstance(turn, int) else 0
