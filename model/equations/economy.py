"""The economy: growth, fiscal space and debt, driven by the export price, oil and aid.

Every function is one equation, elementwise over worlds (arrays of shape
``(worlds,)``); `p` holds the parameters and `e` a standard shock.
"""

from __future__ import annotations

import numpy as np

from ..state.parameters import Parameters
from ..types import Floats, Value


def growth_next(
    growth: Floats, export_price: Floats, abroad: float, coup: Floats, e: Floats, p: Parameters
) -> Floats:
    """Return growth, % a year: g' = rho g + (1-rho)(g0 + a price + b abroad) - c coup + s e."""
    usual = p.growth_mean + p.growth_export * export_price + p.growth_abroad * abroad
    return (
        usual
        + p.growth_persistence * (growth - usual)
        - p.growth_coup * coup
        + p.growth_noise * e
    )


def aid_share(delivered: Floats, gdp: float) -> Floats:
    """Return aid as % of GDP from deliveries and GDP, both million USD a year."""
    return delivered * (100.0 / gdp)


def fiscal_next(
    fiscal: Floats,
    export_price: Floats,
    oil: float,
    us_share: Floats,
    ussr_share: Floats,
    sanction: Floats,
    patronage: Value,
    borrowing: Value,
    debt: Floats,
    reform: Floats,
    e: Floats,
    p: Parameters,
) -> Floats:
    """Return fiscal space in -1..1; aid as % of GDP, the other causes as shares.

    F' = rho F + (1-rho) [price + oil + aid + loans - pay - service - sanctions] + reform + s e.
    Money relieves a budget alike whoever gives it. Equipment drawn on a Soviet credit that is tied
    to it relieves the budget by as much as it replaces what would have been bought.
    """
    target = (
        p.fiscal_export * export_price
        + p.fiscal_oil * oil
        + p.fiscal_aid_us * (us_share - p.fiscal_aid_usual)
        + (p.fiscal_aid_us * p.untied_ussr + p.fiscal_aid_ussr * (1.0 - p.untied_ussr)) * ussr_share
        + p.fiscal_borrowing * borrowing
        - p.fiscal_patronage * patronage
        - p.fiscal_service * debt
        - p.fiscal_sanction * sanction
    )
    moved = target + p.fiscal_persistence * (fiscal - target)
    moved = moved + p.fiscal_reform * reform + p.fiscal_noise * e
    return np.minimum(np.maximum(moved, -1.0), 1.0)


def debt_next(debt: Floats, borrowing: Value, p: Parameters) -> Floats:
    """Return foreign debt in GDPs: new loans less what is repaid or inflated away."""
    return debt + p.debt_borrowing * borrowing - p.debt_repayment * debt


def stockpile_pressure_next(pressure: Floats, sale: Floats, p: Parameters) -> Floats:
    """Return the price lost to stockpile releases (log price), which fades."""
    return pressure - p.stockpile_decay * pressure - p.stockpile_sale * sale


def pipeline_next(
    pipeline: Floats, commitment: Floats, rate: Value, speed: Floats
) -> tuple[Floats, Floats]:
    """Return the pipeline and this month's delivery, million USD.

    B' = B + K - A,  A = min(1, rate speed) B: what is committed is not yet delivered.
    """
    delivery = np.minimum(rate * speed, 1.0) * pipeline
    return pipeline + commitment - delivery, delivery


def yearly_mean(mean: Floats, flow: Floats) -> Floats:
    """Return the running yearly amount of a monthly flow, mean life 12 months."""
    return mean + (flow - mean * (1.0 / 12.0))
