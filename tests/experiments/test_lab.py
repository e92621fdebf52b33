"""The lab: what is computed for a visitor, and the process that computes it."""

from __future__ import annotations

import os
import shlex
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from palca.experiments.lab import scheduler, session
from palca.experiments.lab.many_worlds.sweep_page import sweep
from palca.experiments.lab.many_worlds.what_if_page import case_of, command_of
from palca.experiments.lab.one_world.history_figure import draw_country
from palca.experiments.lab.session import Asked, answer, fill
from palca.model import ColdWarModel
from palca.model.calendar import month_name
from palca.model.errors import PalcaError
from palca.model.state.scenario import Country, Garrison
from palca.scenarios import load, resolve

pytestmark = pytest.mark.pythons


# --------------------------------------------------------------------- what is computed


def test_the_command_asks_what_the_page_asks() -> None:
    kinds = [{"kind": "shipped"}, {"kind": "shipped", "at": "40"}, {"kind": "policy"},
             {"kind": "lever"}, {"kind": "coup"}]  # fmt: skip
    for choices in kinds:
        values = fill(Asked("what-if", choices)).values
        case = case_of(values)
        resolved = resolve(case.scenario, (), case.interventions, case.at)
        asked = shlex.split(command_of(case))
        assert asked[:3] == ["palca", "counterfactual", case.scenario]
        assert resolved["changes"]
        assert min(change["since"] for change in resolved["changes"]) == values["at"]
        assert all(change in asked for change in case.interventions)
        assert (month_name(values["at"]) in asked) == (case.at is not None)


def test_a_sweep_of_one_point_is_the_model_there() -> None:
    from palca.experiments.simulate.designs import Factor
    from palca.experiments.simulate.ensemble import run_block

    factors = Factor("coup_trap", (0.0, 0.9)), Factor("backlash", (0.01, 0.03))
    worlds = sweep(factors)
    assert len(worlds) == 800
    there = worlds[(worlds["coup_trap"] == 0.9) & (worlds["backlash"] == 0.01)].head(50)
    resolved = resolve("baseline", ("coup_trap=0.9", "backlash=0.01"))
    alone = run_block(resolved, there["world"].to_numpy(), 0)
    assert np.array_equal(alone.outcomes["leaders"], there["leaders"].to_numpy())


def test_nothing_is_computed_once_the_lab_has_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scheduler, "_closed", threading.Event())
    monkeypatch.setattr(scheduler, "_slots", threading.BoundedSemaphore(scheduler.AT_ONCE))
    begun, ended = threading.Event(), []

    def work() -> None:
        begun.set()
        while True:
            time.sleep(0.01)
            scheduler.look_at_clock()

    def ask() -> None:
        with pytest.raises(PalcaError, match="ended"):
            scheduler.Visitor().compute(work)
        ended.append(True)

    thread = threading.Thread(target=ask)
    thread.start()
    assert begun.wait(60)
    waiting = threading.Thread(target=ask)
    begun.clear()
    scheduler.close()
    assert not scheduler._slots.acquire(blocking=False)
    scheduler._slots.release()  # as if someone had left a slot after all
    waiting.start()
    for each in (thread, waiting):
        each.join(60)
    assert ended == [True, True]
    assert not begun.is_set()


def wait_until(happened: Callable[[], bool]) -> None:
    """Wait for another thread, at most a minute."""
    ends = time.monotonic() + 60
    while not happened():
        assert time.monotonic() < ends
        time.sleep(0.001)


def test_only_a_visitors_newest_wish_is_computed() -> None:
    visitor, begun, go, done = scheduler.Visitor(), threading.Event(), threading.Event(), []

    def slow() -> str:
        begun.set()
        go.wait(60)
        return "first"

    def ask(work: Callable[[], str]) -> None:
        try:
            done.append(visitor.compute(work))
        except scheduler.Superseded:
            done.append("superseded")

    threads = [threading.Thread(target=ask, args=(slow,))]
    threads[0].start()
    assert begun.wait(60)
    for name in ("second", "third"):
        before = visitor._newest
        threads.append(threading.Thread(target=ask, args=(lambda name=name: name,)))
        threads[-1].start()
        wait_until(lambda before=before: visitor._newest is not before)
    go.set()
    for thread in threads:
        thread.join(60)
    assert sorted(done) == ["first", "superseded", "third"]


def test_the_queue_is_bounded_and_so_is_time(monkeypatch: pytest.MonkeyPatch) -> None:
    go, refused, inside = threading.Event(), [], []
    count = scheduler.AT_ONCE + scheduler.MOST_WAITING

    def ask() -> None:
        try:
            scheduler.Visitor().compute(lambda: inside.append(1) or go.wait(60))
        except PalcaError as error:
            refused.append(str(error))

    threads = [threading.Thread(target=ask) for _ in range(count + 3)]
    for thread in threads:
        thread.start()
    wait_until(lambda: len(inside) == scheduler.AT_ONCE and len(refused) == 3)
    go.set()
    for thread in threads:
        thread.join(60)
    assert (len(inside), len(refused)) == (count, 3)
    monkeypatch.setattr(scheduler, "LONGEST", 0.005)
    with pytest.raises(PalcaError, match="fewer worlds"):
        scheduler.Visitor().compute(lambda: time.sleep(0.01) or scheduler.look_at_clock())


def test_a_page_that_fails_says_so_without_telling_secrets(
    monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> Any:
        raise RuntimeError("/secret/path")

    monkeypatch.setattr(session, "_answered", fail)
    said = answer(fill(Asked("history"))).error
    assert said
    assert "secret" not in said


def test_a_country_without_a_map_is_a_row_of_circles() -> None:
    garrisons = (Garrison("North", 3, 1, 2), Garrison("South", 2, 0, 1))
    picture = draw_country(Country("Ruritania", (), garrisons, (), {}), [0.9, 0.4], [1], 12)
    assert "Row of circles" in picture.alt
    assert "North 90%" in picture.alt
    assert "South 40% (would join a coup), which attempts a coup" in picture.alt
    assert picture.svg()


# --------------------------------------------------------------------------- the process


def test_a_taken_port_is_one_line(palca: Callable[..., tuple[int, str, str]]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        code, out, err = palca("lab", "--no-open", "--port", str(taken.getsockname()[1]))
    assert (code, out) == (2, "")
    assert len(err.strip().splitlines()) == 1
    assert "in use" in err


def test_without_the_extra_the_mend_is_named(
    palca: Callable[..., tuple[int, str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    from palca.experiments.lab import server

    monkeypatch.setattr(server, "find_spec", lambda name: None)
    code, _, err = palca("lab", "--no-open")
    assert code == 2
    assert "palca[lab]" in err


@pytest.mark.filterwarnings("ignore")  # what others' packages say when they are imported
def test_templates_hear_only_their_events() -> None:
    guard = pytest.importorskip("palca.experiments.lab.guard")
    import ipyvue

    heard = []

    class Widget(ipyvue.VueTemplate):
        template = "<p></p>"

        def vue_choose(self, data: Any) -> None:
            heard.append(data)

    before = ipyvue.VueTemplateWidget.Events._handle_event
    try:
        guard.only_events()
        widget = Widget()
        made = Path(os.devnull).parent / "shm" / "palca-was-here"
        for message in (
            {"create_widget": ["subprocess", "Popen"], "id": "x",
             "props": {"args": ["touch", str(made)]}},
            {"update_ref": {"functionRef": "close"}, "id": "x", "prop": "y"},
            {"event": "notify_change", "data": {}},
            {"event": 7}, "text", None,
        ):  # fmt: skip
            widget._handle_event(widget, message, [])
        assert not made.exists()
        assert not heard
        widget._handle_event(widget, {"event": "choose", "data": {"name": "x"}}, [])
        assert heard == [{"name": "x"}]
    finally:
        ipyvue.VueTemplateWidget.Events._handle_event = before


@pytest.mark.filterwarnings("ignore")
def test_mesa_shows_the_map_and_the_network() -> None:
    solara = pytest.importorskip("solara")
    from mesa.visualization import SolaraViz

    from palca.experiments.lab.mesa_components import AidNetwork, GarrisonMap

    model = ColdWarModel(load("baseline"), rng=0)
    components: Any = [GarrisonMap, AidNetwork]
    for _ in range(3):
        for component, said in ((GarrisonMap, "Map of the garrisons"), (AidNetwork, "Network")):
            box, rc = solara.render(component(model), handle_error=False)
            assert said in _markup(box)
            rc.close()
        model.step()
    _, rc = solara.render(SolaraViz(model, components=components),
                          handle_error=False)  # fmt: skip
    rc.close()


def _markup(widget: Any) -> str:
    """Everything that a tree of widgets shows."""
    own = str(getattr(widget, "attributes", ""))
    inner = getattr(widget, "children", ()) or ()
    return " ".join([own, *(_markup(child) for child in inner if not isinstance(child, str))])
