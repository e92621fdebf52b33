"""Why a coup was attempted and how it ended: sentences, tables and the rounds as a film."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from palca.model.state.scenario import Country
from palca.model.types import Floats

from ...io.figure_style import SERIES, Picture, style
from ...io.language import N_, _
from ...io.numerals import decimal, spelled
from ...io.table import Column, Table, numbers
from ...reanalysis.why import Why
from ...run.officers import MOVERS, Attempt
from ...run.trace import Trace
from ..canvas import fixed_figure
from .film import REBEL, frame

# What moves officers, as the lab calls it.
CALLED: Final = {
    "usual discontent": N_("discontent that is always there"),
    "treasury": N_("the state's money (enough of it calms)"),
    "legitimacy of the regime": N_("how far the country accepts the regime"),
    "pay and posts": N_("pay and posts"),
    "rule by a civilian": N_("rule by a civilian"),
    "distance from the regime's politics": N_("other politics than the regime's"),
    "fear of labour": N_("fear of workers and unions"),
    "private grievances": N_("private grievances"),
    "mood of the month": N_("mood of the month"),
}
_LEAST: Final = 0.02  # difference of discontent that is worth a word


def of_100(share: float) -> str:
    """Return a share as a number of 100."""
    return decimal(100.0 * share, 0)


def shares_of(attempt: Attempt) -> list[Floats]:
    """Return of one world the share of each garrison's force with the rebels, round by round."""
    return [attempt.by_garrison(who)[:, 0] for who in attempt.rounds]


def force_of(attempt: Attempt) -> list[float]:
    """Return of one world the share of the whole force with the rebels, round by round."""
    weight = attempt.weight / attempt.weight.sum()
    return [float(weight @ who[:, 0]) for who in attempt.rounds]


def succeeded(story: Trace, month: int) -> bool:
    """Return whether the attempt of a month brought somebody else to power."""
    return story.months[month].after["success"] > 0.0


def course(story: Trace, month: int) -> str:
    """Return in sentences who plotted, who joined, how it ended, and who paid."""
    attempt, country = story.attempt(month), story.scenario.country
    shares = force_of(attempt)
    before = story.months[month].ruler
    after = country.leaders[int(story.months[month].after["leader"])].name
    said = [_("In this simulated world an officer in {garrison} plots. Of every 100 soldiers in "
              "the country, {share} would rise with him at once.",
              garrison=_(country.garrisons[int(attempt.led_from[0])].name),
              share=of_100(shares[0]))]  # fmt: skip
    if len(shares) > 1:
        said.append(_("He strikes. After the first round {first} of every 100 soldiers stand with "
                      "him, in the end {last}.", first=of_100(shares[1]),
                      last=of_100(shares[-1])))  # fmt: skip
    else:
        said.append(_("He strikes, and nobody changes sides."))
    said.append(
        _("So {before} falls, and {after} comes to power.", before=before, after=after)
        if succeeded(story, month) else
        _("That isn't enough: {before} stays in power.", before=before)
    )  # fmt: skip
    return " ".join([*said, paid(attempt, country)])


def paid(attempt: Attempt, country: Country) -> str:
    """Return which officers lost their posts."""
    lost = [int(attempt.paid[attempt.garrison == at, 0].sum())
            for at in range(len(country.garrisons))]  # fmt: skip
    if not sum(lost):
        return _("No officer loses his post.")
    where = ", ".join(f"{_(garrison.name)} {count}"
                      for garrison, count in zip(country.garrisons, lost, strict=True) if count)
    return _("Officers of the losing side who lose their posts: {count} of {all_} ({where}).",
             count=sum(lost), all_=len(attempt.garrison), where=where)  # fmt: skip


def means(attempt: Attempt) -> tuple[dict[str, float], dict[str, float]]:
    """Return what moved those who would rise at once, and the others, on average by force."""
    first = attempt.rounds[0][:, 0]
    return tuple(
        {mover: _mean(attempt, mover, who) for mover in MOVERS} for who in (first, ~first)
    )  # pyright: ignore[reportReturnType]  # there are two


def _mean(attempt: Attempt, mover: str, who: np.ndarray) -> float:
    return float(np.average(attempt.of(mover)[who, 0], weights=attempt.weight[who])) \
        if who.any() else float("nan")


def moved(attempt: Attempt) -> str:
    """Return by what those who would rise at once differ most from the others."""
    first, others = means(attempt)
    apart = {mover: first[mover] - others[mover] for mover in MOVERS}
    most = [mover for mover in sorted(apart, key=lambda one: -apart[one]) if apart[mover] > _LEAST]
    if not most:
        return _("Those who would rise at once are no more discontented than the others.")
    named = "; ".join(f"{_(CALLED[mover])} ({decimal(apart[mover], 2, '+')})" for mover in most[:3])
    return _("Those who would rise at once are more discontented than the others. The most comes "
             "from: {movers}, in points of discontent.", movers=named)  # fmt: skip


def movers_table(by_garrison: Mapping[str, Mapping[str, float]], extra: float | None) -> Table:
    """Return each garrison's discontent by what moves officers, and its sum.

    Parameters
    ----------
    by_garrison : mapping
        By garrison and mover.
    extra : float, optional
        The risk that discontent must overcome.
    """
    names = list(by_garrison)
    rows = [(_(CALLED[mover]), *(_signed(by_garrison[name][mover]) for name in names))
            for mover in MOVERS]  # fmt: skip
    rows.append((_("together: discontent"),
                 *(_signed(sum(by_garrison[name].values())) for name in names)))  # fmt: skip
    if extra is not None:
        risk = _("what it must exceed: the risk of rising")
        rows.append((risk, *([_signed(extra)] * len(names))))
    return Table(
        _("What moves the officers of each garrison (mean by force; more moves to rise)"),
        [Column("", _("moved by")), *numbers(*map(_, names))],
    ).filled(rows)


def _signed(value: float) -> str:
    return spelled(round(value, 2) + 0.0, "+.2f")  # without −0.00


def of_world(attempt: Attempt, country: Country) -> dict[str, dict[str, float]]:
    """Return of one world the mean discontent by garrison and mover."""
    values = {mover: attempt.by_garrison(attempt.of(mover))[:, 0] for mover in MOVERS}
    return {garrison.name: {mover: float(values[mover][at]) for mover in MOVERS}
            for at, garrison in enumerate(country.garrisons)}  # fmt: skip


def draw_movers(by_garrison: Mapping[str, Mapping[str, float]]) -> Picture:
    """Draw each garrison's discontent by what moves officers: a panel a garrison."""
    names, labels = list(by_garrison), [_(CALLED[mover]) for mover in MOVERS]
    with style():
        figure = fixed_figure(9.5, 2.9, 2.5, 0.15, 0.3, 0.35, across=0.08)
        axes = figure.subplots(1, len(names), sharey=True, sharex=True, squeeze=False)[0]
        for axis, name in zip(axes, names, strict=True):
            values = [by_garrison[name][mover] for mover in MOVERS]
            at = np.arange(len(values))
            axis.barh(at, values, color=[SERIES[1] if v > 0 else SERIES[0] for v in values])
            axis.axvline(0.0, color="black", lw=0.6)
            axis.set_title(_(name))
            axis.tick_params("y", length=0)
        axes[0].set_yticks(np.arange(len(labels)), labels)
        axes[0].invert_yaxis()
    said = "; ".join(
        f"{_(name)}: "
        + ", ".join(f"{_(CALLED[mover])} {_signed(values[mover])}" for mover in MOVERS)
        for name, values in by_garrison.items()
    )
    return Picture(figure, _("Discontent of each garrison by what moves its officers. {said}.",
                             said=said))  # fmt: skip


def round_names(count: int) -> list[str]:
    """Return what the steps of an attempt are called, whose rounds are so many."""
    rounds = [_("Round {number}", number=at) for at in range(1, count)]
    return [_("The plot"), *rounds, _("The end")]


def rounds_of(story: Trace, month: int, count: int) -> list[dict[str, Any]]:
    """Return an attempt of one world as frames: the plot, so many rounds in all, the end."""
    attempt, country = story.attempt(month), story.scenario.country
    shares, force = shares_of(attempt), force_of(attempt)
    known = story.months[month]
    after = country.leaders[int(known.after["leader"])]
    names = round_names(count)
    frames = []
    for at in range(count + 1):
        now, over = min(at, len(shares) - 1), at == count
        ruler, orientation = known.ruler, known.before["orientation"]
        if over:
            ruler, orientation = after.name, known.after["orientation"]
            events = [_("The coup succeeds.") if succeeded(story, month) else _("The coup fails."),
                      paid(attempt, country)]  # fmt: skip
            if (force[-1] >= 0.5) != succeeded(story, month):
                events.append(_("The change sets this end: left to the officers, it would have "
                                "been the other."))  # fmt: skip
        else:
            share = of_100(force[now])
            events = [_("{share} of every 100 soldiers stand with the rebels.", share=share) if at
                      else _("{share} of every 100 soldiers would rise.", share=share)]  # fmt: skip
        frames.append(frame(country, ruler, orientation, shares[now], REBEL,
                            [int(attempt.led_from[0])], events, names[at]))  # fmt: skip
    return frames


def rounds_of_all(found: Why, country: Country, ruler: str, orientation: float
                  ) -> list[dict[str, Any]]:  # fmt: skip
    """Return the attempts of all worlds like ours as frames: means, round by round."""
    table = np.array(list(found.joined.values()))
    force = np.array([garrison.officers * garrison.weight for garrison in country.garrisons])
    names = round_names(table.shape[1] - 1)
    return [
        frame(country, ruler, orientation, row, REBEL, [],
              [_("{share} of every 100 soldiers stand with the rebels, on average.",
                 share=of_100(float(force @ row / force.sum())))], name, coded=True)
        for row, name in zip(table.T, names, strict=True)
    ]  # fmt: skip


def causes_table(found: Why) -> Table:
    """Return how necessary each cause was."""
    rows: Sequence[Any] = [(_(one.cause), of_100(one.undone), decimal(100 * one.se, 1))
                           for one in found.causes]  # fmt: skip
    return Table(
        _("Take 100 worlds in which the coup succeeds, and take one thing away: in how many does "
          "no coup succeed this month?") if found.of_success else
        _("Take 100 worlds in which a coup is attempted, and take one thing away: in how many is "
          "none attempted this month?"),
        [Column("", _("taken away")), *numbers(_("worlds"), _("s.e."))],
        _("Each is taken away alone, in this month only; chance is the same. They work together, "
          "so the numbers need not add up to 100."),
    ).filled(rows)
