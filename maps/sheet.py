"""What a sheet of paper says beside its map: the same facts that the page round it shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from maps.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetRow:
    """A line of the list: what the number on the map stands for.

    Attributes:
        number: As on the map; '' for none.
        title: What it is. text: what to know of it.
        switches: State in which it is listed.
    """

    title: Words
    text: Words
    number: str = ""
    switches: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetFacts:
    """Everything printed round a map.

    Attributes:
        title: With the county's name.
        marks: Fictional, internal or public, review number; printed large enough to be seen.
        notes: Date, plan, inputs, seed.
        heading: Of the list. rows: the list.
        options: Positions of each switch, the first one shown unless another is asked for.
        has_scale: False for a plane that lies nowhere on earth: no scale, no north.
    """

    title: Words
    marks: Sequence[Words] = ()
    notes: Sequence[Words] = ()
    heading: Words | None = None
    rows: Sequence[SheetRow] = ()
    options: Mapping[str, Sequence[str]] = field(default_factory=dict)
    has_scale: bool = True
