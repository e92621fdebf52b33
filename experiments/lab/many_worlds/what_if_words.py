"""What a change does, in a sentence and in a short table with the same numbers."""

from __future__ import annotations

from typing import Final

from palca.model.state.scenario import Country

from ...counterfactual.answer import FEW, RECORD
from ...counterfactual.twins import QUANTITIES
from ...io.language import N_, _, written_month
from ...io.numerals import decimal, spelled
from ...io.table import Column, Table, numbers
from .twin_worlds import Difference, Twinned

HORIZONS: Final = (12, 24, 36, 60)  # months after the change's first, and the end
_MAIN: Final = 36  # that of the sentence, unless the end comes first
_HAVE: Final = {
    "rules": N_("still have {ruler} in power"), "right": N_("have a regime of the right"),
}  # fmt: skip
_WHOEVER: Final = N_("whoever ruled then")
_TITLES: Final = {  # of those that QUANTITIES words for a command's reader
    "rules": N_("{ruler} still rules"),
    "attempts": N_("coup attempts since the change"),
    "successes": N_("successful coups since the change"),
    "lethal": N_("months of lethal or national unrest since the change"),
    "ussr_commitments": N_("Soviet commitments since the change"),
    "fiscal": N_("fiscal space (−100: an empty treasury)"),
    "friction": N_("friction between Bolivia's communists and Moscow"),
    "militants": N_("size of the communist party, as a multiple of that in January 1969"),
}
_LARGE: Final = 10.0  # from here on numbers have fewer decimals
_THEN: Final = N_(
    "Given what had happened by then: the same people had ruled and the same coups been tried, "
    "month by month; what comes after is left to chance."
)
_ALL: Final = N_(
    "Given all that happened: without the change everything goes on as it did, rulers and coups; "
    "with it the same chances meet another policy."
)
_NOTHING: Final = N_(
    "Given nothing: after January 1969 these worlds have gone their own ways."
)


def horizons_of(found: Difference) -> list[int]:
    """Return after how many months the change is looked at, the end last."""
    end = len(found.parts[0].effect["rules"]) - 1
    return [*(months_on for months_on in HORIZONS if months_on < end), end]


def main_of(found: Difference) -> int:
    """Return after how many months the sentence looks: three years, or at the end."""
    return min(_MAIN, horizons_of(found)[-1])


def ruler_of(found: Difference, country: Country) -> str:
    """Return who rules when the change begins, if it is the same in all worlds."""
    everywhere = {who for part in found.parts for who in part.rulers}
    return country.leaders[everywhere.pop()].short if len(everywhere) == 1 else _(_WHOEVER)


def title_of(quantity: str, ruler: str) -> str:
    """Return what a quantity is called where a change is looked at."""
    return _(_TITLES.get(quantity, QUANTITIES[quantity][0]), ruler=ruler)


def units_of(quantity: str) -> tuple[float, str, str]:
    """Return by what a quantity is multiplied, its unit then, and that of what lies between two."""
    unit = QUANTITIES[quantity][1]
    if unit.startswith("share"):
        return 100.0, _("% of worlds") if unit.endswith("worlds") else _("of 100"), _("points")
    return 1.0, _(unit), _(unit)


def written(value: float, quantity: str, sign: str = "") -> str:
    """Return a number of a quantity's, already in its unit."""
    return decimal(value, 1 if units_of(quantity)[0] > 1.0 or abs(value) >= _LARGE else 2, sign)


def like(found: Difference, part: Twinned) -> str:
    """Return which worlds are looked at; the months of the change are given without it."""
    if part.last < 0:
        return _("that begin like Bolivia in January 1969")
    until = written_month(part.last)
    if part.last < found.since:
        return _("that went like Bolivia until {month}", month=until)
    return _("that went like Bolivia until {before} and without the change go on so until {month}",
             before=written_month(found.since - 1), month=until)  # fmt: skip


def sentence(found: Difference, part: Twinned, quantity: str, ruler: str) -> str:
    """Return what the change does to a quantity after three years, or at the end."""
    at = main_of(found)
    factor, _unit, apart = units_of(quantity)
    effect, se = factor * part.effect[quantity][at]
    when = (_("after three years") if at == _MAIN else
            _("at the end, in {month},", month=written_month(found.since + at)))  # fmt: skip
    unclear = abs(effect) <= 2.0 * se
    words = {
        "like": like(found, part), "when": when, "se": written(se, quantity),
        "effect": written(effect, quantity, "+"),
    }  # fmt: skip
    if quantity not in _HAVE:
        form = (
            _("In worlds {like}, {when} the mean difference in {title} is {effect} ({unit}; "
              "standard error {se}), which can't be told from none.") if unclear else
            _("In worlds {like}, {when} the mean difference in {title} is {effect} ({unit}; "
              "standard error {se}).")
        )  # fmt: skip
        return form.format(**words, title=title_of(quantity, ruler), unit=apart)
    have = _(_HAVE[quantity], ruler=ruler)
    if unclear:
        return _("Of 100 worlds {like}, {when} about as many {have} with the change as without "
                 "it: {effect} of 100 (standard error {se}), which can't be told from none.",
                 **words, have=have)  # fmt: skip
    count = decimal(abs(effect), 0) if abs(effect) >= _LARGE else written(abs(effect), quantity)
    form = (
        _("Of 100 worlds {like}, {when} {count} more {have} with the change than without it "
          "(standard error {se}).") if effect > 0.0 else
        _("Of 100 worlds {like}, {when} {count} fewer {have} with the change than without it "
          "(standard error {se}).")
    )  # fmt: skip
    return form.format(**words, count=count, have=have)


def far(found: Difference) -> str:
    """Say so where the change leads away from what worlds without it know, as the command does."""
    colours = {part.colour for part in found.parts}
    if "red" in colours:
        return _("The change leads far from what worlds without it know, so these numbers follow "
                 "from the model's assumptions and say nothing about the country.")  # fmt: skip
    if "amber" in colours:
        return _("The change leads in part where worlds without it never are; the numbers rest on "
                 "the model's assumptions there.")  # fmt: skip
    return ""


def one_way(found: Difference, quantity: str) -> str:
    """Say so where a share can move one way only: without the change it is none or all."""
    if quantity not in _HAVE:
        return ""
    ends = [part.means[quantity][main_of(found), 0] for part in found.parts]
    if not any(end in (0.0, 1.0) for end in ends):
        return ""
    return _("Where without the change it is so in none of the worlds, or in all of them, the "
             "number can move one way only: compare it with other changes, not with zero.")


def explained(part: Twinned) -> str:
    """Return in a line what the worlds are given, and how many there are that count alone."""
    if part.last < 0:
        said = _(_NOTHING)
    elif part.given == RECORD:
        said = _(_ALL)
    else:
        said = _(_THEN)
    if part.families < FEW:
        rough = _("They descend from {count} independent worlds of January 1969, so the standard "
                  "error is rough.", count=spelled(part.families, ".0f"))  # fmt: skip
        said = f"{said} {rough}"
    return said


def horizons_table(found: Difference, part: Twinned, quantity: str, ruler: str) -> Table:
    """Return a quantity with the change and without it, at each horizon."""
    factor, unit, apart = units_of(quantity)
    mean, effect = factor * part.means[quantity], factor * part.effect[quantity]
    end = horizons_of(found)[-1]
    rows = []
    for at in horizons_of(found):
        after = _("the end") if at == end and at not in HORIZONS else _("{at} months", at=at)
        clear = " *" if abs(effect[at, 0]) > 2.0 * effect[at, 1] else ""
        rows.append((
            f"{after} ({written_month(found.since + at)})",
            *(written(value, quantity) for value in mean[at]),
            f"{written(effect[at, 0], quantity, '+')}{clear}",
            written(effect[at, 1], quantity),
        ))  # fmt: skip
    head = title_of(quantity, ruler)
    units = unit if unit == apart else _("{unit}, differences in {apart}", unit=unit, apart=apart)
    return Table(
        _("{title} ({units}), in worlds {like}", title=f"{head[0].upper()}{head[1:]}", units=units,
          like=like(found, part)),
        [Column(_("after")), *numbers(_("without"), _("with"), _("difference"), _("s.e."))],
        None,
    ).filled(rows)
