"""The ways in which one thing may act on another, each with a switch.

Whether a channel has an effect is a question that Palca is asked, so a scenario may
close any of them. A closed channel sets the parameters
that carry it to zero and hides from the actors at its end what they would see
through it. With every Soviet channel closed, no act of Moscow can reach the
coup process, whatever the policies say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from ..types import Floats, Value


@dataclass(frozen=True, slots=True)
class Channel:
    """A causal channel that a scenario can close.

    Attributes
    ----------
    name, meaning : str
    zeroes : tuple of str
        Parameters that are zero when it is closed.
    hides : tuple of (actor, prefix)
        Observables, by the beginning of their name, that the actor then sees as zero.
    """

    name: str
    meaning: str
    zeroes: tuple[str, ...] = ()
    hides: tuple[tuple[str, str], ...] = ()


_ALL = (
    Channel("soviet_fiscal", "Soviet deliveries relieve the budget",
            ("fiscal_aid_ussr", "untied_ussr")),
    Channel("soviet_prestige", "Soviet commitments raise or lower legitimacy", ("prestige_ussr",)),
    Channel(
        "soviet_leverage",
        "Washington responds to what Moscow offers",
        ("leverage_ussr",),
        (("us", "ussr."),),
    ),
    Channel(
        "soviet_diplomacy",
        "the regime's conduct responds to Moscow's",
        hides=(("regime", "ussr."),),
    ),
    Channel("soviet_restraint", "Moscow's counsel restrains the party", ("restraint_party",)),
    Channel(
        "moscow_line",
        "the party's conduct and size respond to Moscow's conduct",
        ("friction_gain", "friction_silence", "friction_dissent", "friction_subsidy"),
        (("party", "ussr."),),
    ),
    Channel("us_fiscal", "delivered US aid relieves the budget", ("fiscal_aid_us",)),
    Channel("us_sanctions", "closed finance hurts the budget", ("fiscal_sanction",)),
    Channel("us_military", "US military aid is patronage for officers", ("patronage_us",)),
    Channel("us_covert", "covert money helps plotters", ("covert_support",)),
    Channel(
        "us_diplomacy",
        "the regime's conduct responds to Washington's",
        hides=(("regime", "us."),),
    ),
    Channel("export_price", "the export price moves growth and the budget",
            ("growth_export", "fiscal_export")),
    Channel("stockpile_sales", "releases from the stockpile move the export price",
            ("stockpile_sale",)),
    Channel("oil", "the oil price moves the budget", ("fiscal_oil",)),
    Channel("growth_abroad", "growth abroad moves growth", ("growth_abroad",)),
    Channel("borrowing", "foreign loans fill the budget", ("fiscal_borrowing", "fiscal_service")),
    Channel("performance", "growth and the budget raise legitimacy", ("legitimacy_performance",)),
    Channel("rally", "nationalist acts rally the public", ("legitimacy_rally",)),
    Channel("repression_cost", "repression lowers legitimacy", ("legitimacy_repression",)),
    Channel("suppression", "repression suppresses protest", ("suppression",)),
    Channel("intimidation", "repression raises the risk of rising", ("intimidation",)),
    Channel("backlash", "repression causes later protest", ("backlash",)),
    Channel("fear", "mobilisation frightens officers of the right", ("discontent_fear",)),
    Channel("distance", "officers oppose regimes of a different "
                        "orientation", ("discontent_distance",)),
    Channel("patronage", "posts and pay content officers", ("discontent_patronage",)),
    Channel("cascade", "officers join the side that they expect to win", ("complementarity",)),
    Channel("coup_trap", "a coup raises the risk of the next", ("coup_trap",)),
    Channel("learning", "a regime that survived an attempt deters the next", ("deterrence",)),
    Channel("labour_defence", "labour takes sides in a coup", ("labour_defence",)),
)
CHANNELS: Final[dict[str, Channel]] = {channel.name: channel for channel in _ALL}

# Channels that can be held at the path that they took in another world: the model asks
# `Month.carry` what they carry.
FREEZABLE: Final = (
    "soviet_fiscal", "soviet_prestige", "soviet_leverage", "soviet_diplomacy", "soviet_restraint",
    "moscow_line", "us_fiscal", "us_sanctions", "us_military", "us_covert", "us_diplomacy",
    "export_price",
)  # fmt: skip


@dataclass(slots=True)
class ChannelLog:
    """What channels carry, month by month, in the worlds of one run.

    Attributes
    ----------
    listened : frozenset of str
        Channels whose load is written down.
    frozen : frozenset of str
        Channels that carry what they carried in `factual` instead of what they would.
    factual : ChannelLog, optional
        That of the same worlds' factual twins, which listened to the frozen channels.
    loads : dict of (str, str) to list of ndarray
        Load of a channel at a site, one array a month.
    """

    listened: frozenset[str] = frozenset()
    frozen: frozenset[str] = frozenset()
    factual: ChannelLog | None = None
    loads: dict[tuple[str, str], list[Floats]] = field(default_factory=dict)

    def carry(self, channel: str, site: str, value: Value, step: int) -> Value:
        """Return what a channel carries to a site: `value`, unless it is frozen.

        `step` counts months from the start of the run.
        """
        if channel in self.frozen and self.factual is not None:
            return self.factual.loads[channel, site][step]
        if channel in self.listened:
            self.loads.setdefault((channel, site), []).append(np.array(value, dtype=np.float64))
        return value

    def prefixes(self, actor: str) -> Mapping[str, str]:
        """Return the beginnings of observables that reach an actor through these channels."""
        return {
            prefix: name
            for name in self.listened | self.frozen
            for seer, prefix in CHANNELS[name].hides
            if seer == actor
        }
