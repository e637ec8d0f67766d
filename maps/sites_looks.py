"""How places of a tested file look, by class or by crowd, and the legend that says so."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maps.layers import PointLook
from maps.local_words import class_words
from maps.palette import CROWDS, LOCAL, distinct_colours
from maps.points_map import PointsMapInput, axes_of
from maps.words import Words

_NOISE = "#b5bcc8"
_AROUND = 6  # crowds nearer than others get other colours


@dataclass(frozen=True, slots=True, kw_only=True)
class LegendLine:
    """A line of the legend: several colours where they only tell apart."""

    label: Words
    colors: Sequence[str]
    number: int
    hollow: bool = False

    def as_facts(self) -> dict[str, Any]:
        """Return what the template needs."""
        return {
            "colors": self.colors, "hollow": self.hollow, "n": f"{self.number:,}",
            **self.label.as_json(),
        }  # fmt: skip


def by_class(given: PointsMapInput) -> tuple[list[PointLook], NDArray[np.int64], list[LegendLine]]:
    """Return how places look by class, which look each has, and the legend."""
    settings = given.found["settings"]
    names = list(settings["classes"])
    looks = [
        PointLook(
            label=class_words(name), color=LOCAL[name], hollow=name in {"isolated", "unrated"}
        )
        for name in names
    ]
    always = [name for name in names if name not in {"isolated", "unrated"}]
    legend = [
        LegendLine(label=look.label, colors=[look.color], number=number, hollow=look.hollow)
        for name, look in zip(names, looks, strict=True)
        if (number := settings["classes"][name]) or name in always
    ]
    positions = {name: at for at, name in enumerate(names)}
    return looks, given.places["class"].map(positions).to_numpy(np.int64), legend


def by_crowd(given: PointsMapInput) -> tuple[list[PointLook], NDArray[np.int64], list[LegendLine]]:
    """Return the same by crowd."""
    settings, crowds = given.found["settings"], given.found["clusters"]
    noise = Words("不在密集区内", "In no crowd")
    looks = [PointLook(label=noise, color=_NOISE)]
    looks += [PointLook(label=Words("密集区", "In a crowd"), color=color) for color in CROWDS]
    colour = _crowd_colours(given, crowds)
    ranks = given.places["cluster"].fillna(0).astype(int)
    look_of = np.array([colour[int(rank)] for rank in ranks], dtype=np.int64)
    shown = sorted(set(colour.values()) - {0})
    legend = [
        LegendLine(
            label=Words(
                f"{settings['found']} 个密集区（颜色只为区分）",
                f"{settings['found']} crowds (colours only tell apart)",
            ),
            colors=[CROWDS[at - 1] for at in shown[:3]] or [CROWDS[0]],
            number=settings["places"] - settings["noise"],
        ),
        LegendLine(label=noise, colors=[_NOISE], number=settings["noise"]),
    ]
    return looks, look_of, legend


def _crowd_colours(given: PointsMapInput, crowds: list[dict[str, Any]]) -> dict[int, int]:
    """Return the look of each crowd by rank, so that near ones differ; 0 is none."""
    axes = axes_of(given)
    centres = np.array([[one["centre"][axis] for axis in axes] for one in crowds]).reshape(-1, 2)
    near: dict[str, list[str]] = {}
    for one, centre in zip(crowds, centres, strict=True):
        order = np.argsort(np.hypot(*(centres - centre).T), kind="stable")[1 : _AROUND + 1]
        near[str(one["rank"])] = [str(crowds[int(at)]["rank"]) for at in order]
    chosen = distinct_colours([str(one["rank"]) for one in crowds], near, len(CROWDS))
    return {0: 0} | {int(rank): at + 1 for rank, at in chosen.items()}
