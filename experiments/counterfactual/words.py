"""The answer to a counterfactual question in words: what may and may not be concluded."""

from __future__ import annotations

from typing import Final

import numpy as np

from palca.model.calendar import month_name

from ..infer.alive_filter import Segment
from ..infer.evidence import ATTEMPTS
from ..io.numerals import decimal, percent
from .answer import FEW, FORK, RECORD, Answer, Part
from .effects import Effect

GIVEN: Final = {FORK: "what had happened by then", RECORD: "all that happened"}
SHORT: Final = {FORK: "by then", RECORD: "all"}  # in tables
# The free parameters that carry what an actor, or a driver, does, by the word in the target.
CARRIERS: Final = {
    "ussr": ("prestige_ussr", "restraint_party", "fiscal_aid_ussr", "leverage_ussr"),
    "us": ("fiscal_aid_us",),
    "export_price": ("fiscal_export",),
}
_RED: Final = (
    "This scenario leaves the range of situations that the factual worlds cover. The numbers "
    "follow from the assumptions; they are no evidence about the country."
)


def months_of(segment: Segment) -> str:
    """Return the months of a segment by name: one, or the first and the last."""
    first, last = month_name(segment.start), month_name(segment.end - 1)
    return first if first == last else f"{first} to {last}"


def like(answer: Answer, given: str = FORK) -> str:
    """Return which worlds an answer is about, such as "that went like the record to 1971-08"."""
    last = answer.parts[given].last if given in answer.parts else answer.last
    if answer.whole.until(last).silent:
        return "without any evidence"
    until = month_name(last)
    if answer.question.given == "record":
        return f"that went like the record to {until}"
    return f"given “{answer.whole.title}” to {until}"


def too_rare(answer: Answer) -> list[str]:
    """Return which evidence was too rare, and what to loosen."""
    rare = answer.stopped
    if rare is None:
        return ["No world is like the evidence."]
    within = [str(event) for event in answer.whole.events
              if event.first < rare.end and event.last >= rare.start]  # fmt: skip
    within += [f"{answer.country.leaders[reign.leader].name} comes to power"
               for reign in answer.whole.rulers[1:]
               if reign.first < rare.end and reign.last >= rare.start]  # fmt: skip
    return [
        f"No answer given {GIVEN[RECORD if answer.parts else FORK]}: of {rare.tried:,} tries "
        f"{rare.kept:,} went like the evidence of {months_of(rare)}"
        + (f" ({'; '.join(within)})." if within else "."),
        "Loosen it: in a copy of given/record.toml give its months a tolerance (wider) or its "
        "weight a number above 0 (false_negative, extra), and name the copy: --given FILE. Or end "
        "the evidence earlier (--through).",
    ]


def in_words(answer: Answer) -> str:
    """Return what may and may not be concluded, in a paragraph."""
    main, said = answer.main, []
    for part in answer.parts.values():
        rules, attempts = part.effects["rules", main], part.effects["attempts", main]
        of_attempts = _moves(attempts, "coup attempts", decimal(attempts.effect, 2, "+"))
        lasting = "the probability that the regime still rules"
        of_rule = _moves(rules, lasting, f"{decimal(100 * rules.effect, 1, '+')} points")
        said.append(
            f"In worlds {like(answer, part.given)}, from {month_name(answer.fork)} to "
            f"{month_name(attempts.month)} the intervention {of_attempts} and {of_rule}."
        )
        spread, error = attempts.parameters_sd, attempts.parameters_sd_se
        if spread > max(abs(attempts.effect), 2.0 * error):
            said.append(
                "The effect on attempts is an average over parameters that fit this evidence "
                "equally well: they disagree about its size, and some about its sign (standard "
                f"deviation over them {decimal(spread, 2)}, its standard error "
                f"{decimal(error, 2)})."
            )
        soviet, friction = part.effects["ussr_delivered", main], part.effects["friction", main]
        if soviet.clear or friction.clear:
            said.append(
                f"In {month_name(soviet.month)} Soviet deliveries differ by "
                f"{decimal(soviet.effect, 1, '+')} million USD a year and the party's friction "
                f"with Moscow by {decimal(friction.effect, 2, '+')}."
            )
        said += [
            f"“{named.outcome}” holds in {percent(named.factual, 1)} of them without the change "
            f"and in {percent(named.counter, 1)} with it (difference "
            f"{decimal(100 * named.effect, 1, '+')} points, standard error "
            f"{decimal(100 * named.se, 1)})."
            for named in part.named
        ]
        if part.families < FEW:
            said.append(
                f"These worlds descend from {part.families:.0f} effective worlds of January 1969: "
                "standard errors are rough and few parameter values are sampled."
            )
        mismatch = _mismatch(answer, part)
        if mismatch:
            said.append(mismatch)
    if answer.variants:
        said.append(of_variants(answer))
    for part in answer.parts.values():
        if uninformative := uninformed_carriers(answer, part):
            said.append(
                f"Given {GIVEN[part.given]}, the evidence is not informative about "
                f"{', '.join(uninformative)}: it moves them no more than chance would, so the "
                "effect through them is an assumption."
            )
    said.append(
        _RED
        if any(part.overlap.colour == "red" for part in answer.parts.values())
        else "These are statements about the model, given the record. No record can show that "
        "actors would have answered the changed policy as the rules say."
    )
    return " ".join(said)


def of_variants(answer: Answer) -> str:
    """Return in how many alternative models the effect on attempts is as in this one."""
    attempts = next(iter(answer.parts.values())).effects["attempts", answer.main]
    signs = [np.sign(effects["attempts"].effect) for effects in answer.variants.values()
             if effects and effects["attempts"].clear]  # fmt: skip
    same = sum(sign == np.sign(attempts.effect) for sign in signs)
    agree = f"{same} have a clear effect of that sign"
    if not attempts.clear:
        agree = f"{len(signs)} have a clear effect"
    return f"Of {len(answer.variants)} alternative models {agree}."


def uninformed_carriers(answer: Answer, part: Part) -> list[str]:
    """Return the parameters that carry the change and about which the evidence says nothing."""
    targets = {change["target"] for change in answer.counter["changes"]}
    carriers = [
        name for target, names in CARRIERS.items()
        if any(target in one.split(".") for one in targets) for name in names
    ]  # fmt: skip
    return part.uninformed(carriers)


def _mismatch(answer: Answer, part: Part) -> str:
    """Return in how far the worlds without the change differ from the record after the fork."""
    record = documented_attempts(answer)
    if record is None:
        return ""
    simulated = part.effects["attempts", answer.main].factual
    if abs(simulated - record) <= 0.5:
        return ""
    return (
        f"Without the change they have {decimal(simulated, 1)} coup attempts by then, where the "
        f"record has {record:.0f}: these are other Bolivias than ours after the fork."
    )


def documented_attempts(answer: Answer, months_on: int | None = None) -> float | None:
    """Return the attempts that the evidence documents from the fork to a month, the main one's.

    None if others aren't judged: then it need not have all attempts of the record.
    """
    end = answer.fork + (answer.main if months_on is None else months_on)
    if answer.whole.extra == 1.0:
        return None
    return float(sum(event.kind in ATTEMPTS and event.false_negative < 1.0 and not event.named
                     and answer.fork <= event.month <= end
                     for event in answer.whole.events))  # fmt: skip


def _moves(effect: Effect, what: str, size: str) -> str:
    if effect.se == 0.0 and effect.effect == 0.0:
        return f"leaves {what} as they are in every world"
    if not effect.clear:
        return f"has no clear effect on {what} ({size})"
    return f"changes {what} by {size}"
