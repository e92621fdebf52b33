"""The picture of a trial: one row a case, what Moscow did, and what each policy said."""

from __future__ import annotations

import numpy as np

from ..io.figure_style import FACT, HEAT, INK, Picture, head, new_figure, style
from .contest import Found
from .speaking import OWN
from .trial import ANSWERS

_LIGHT = 0.55  # chance from which a cell is light, and its figure dark


def draw_cases(found: Found) -> Picture:
    """Draw the cases by the size of the turn: a cell is the chance of what Moscow did."""
    turn = found.cases.core["orientation_after"] - found.cases.core["orientation_before"]
    order = np.argsort(turn.to_numpy(), kind="stable")
    core, names = found.cases.core.iloc[order], [*found.says]
    did = core["response_0_4"].to_numpy()
    own = found.by_case[(found.by_case["basis"] == OWN) & (found.by_case["outcome"] == "answer")]
    chance = np.array([
        own[own["who"] == name].set_index("case")["chance"].loc[core.index].to_numpy()
        for name in names
    ]).T  # fmt: skip
    likely = np.array([found.says[name]["answer"][order].argmax(axis=1) for name in names]).T
    with style():
        figure = new_figure(3.6 + 0.95 * len(names), 1.6 + 0.26 * len(core))
        axis = figure.subplots()
        image = axis.imshow(chance, cmap=HEAT, vmin=0, vmax=1, aspect="auto",
                            extent=(0.5, len(names) + 0.5, len(core) - 0.5, -0.5))  # fmt: skip
        for row, answer in enumerate(did):
            axis.text(0, row, str(answer), color=FACT, weight="bold", ha="center", va="center")
            for place in range(len(names)):
                axis.text(place + 1, row, str(likely[row, place]), ha="center", va="center",
                          color=INK if chance[row, place] > _LIGHT else "white")  # fmt: skip
        axis.set_xlim(-0.5, len(names) + 0.5)
        axis.set_xticks(range(len(names) + 1), ["Moscow", *names], rotation=30, ha="left")
        axis.xaxis.tick_top()
        axis.set_yticks(range(len(core)), [
            f"{row.country} {str(row.date)[:4]} ({after - before:+.2f})"
            for row, before, after in zip(core.itertuples(), core["orientation_before"],
                                          core["orientation_after"], strict=True)
        ])  # fmt: skip
        axis.tick_params(length=0)
        axis.spines[:].set_visible(False)
        figure.colorbar(image, ax=axis, label="chance of what Moscow did", shrink=0.6)
        head(figure, "What Moscow did after right turns, and what each policy held most likely")
        axis.set_xlabel("; ".join(f"{number} {said}" for number, said in enumerate(ANSWERS)))
    right = {name: int((likely[:, place] == did).sum()) for place, name in enumerate(names)}
    said = ", ".join(f"{name} {count}" for name, count in right.items())
    return Picture(
        figure,
        f"{len(core)} right turns in rows, by the size of the turn; in columns the answer of "
        f"Moscow (0 to 4) and the most likely one by each policy. Right answers: {said}.",
    )
