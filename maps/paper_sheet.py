"""What is asked of a map on paper; what draws it takes a quarter of a second to import."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

PAPERS: Final = {"a4": (210.0, 297.0), "a3": (297.0, 420.0)}  # millimetres


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """How a map is printed.

    Attributes:
        paper: `a4` or `a3`.
        landscape: Lying, the list beside the map; standing, below it.
        lang: `zh` or `en`.
        show: Positions of the map's switches, such as {'product': 'cement', 'measure': 'effort'};
            `points: on` draws the enterprises. The first position where nothing is said.
    """

    paper: Literal["a4", "a3"] = "a4"
    landscape: bool = False
    lang: str = "zh"
    show: Mapping[str, str] = field(default_factory=dict)
