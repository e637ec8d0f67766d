"""What is asked of a geocoder: an address and everything known about it beforehand."""

from dataclasses import dataclass
from enum import StrEnum

from service.domain.places import Place


class ContextKind(StrEnum):
    """How much the county that comes with an address is worth."""

    REGISTER = "register"  # the register belongs to this county: another in the text is a conflict
    MAJORITY = "majority"  # most rows of the file are there: used only where the text is silent


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressQuery:
    """An address as it was written, and its context.

    Attributes:
        address: Free text, any length, any script.
        county_code: Six or more digits of the county the register belongs to; None if unknown.
        township_hint: A township's name from another column; a witness, never an answer alone.
        credit_code: The unified social credit code; its registration county is context.
        name: The enterprise's own name; a named building of the gazetteer may bear it.
        given: Coordinates that came with the row, with the datum they are believed to be in.
        coordinate_flaw: Why coordinates that came with the row could not be read as a ``given``:
            a reason key such as ``coordinate_unreadable``; '' if none came or all is well.
        datum_undecided: Whether nobody knows what ``given`` is measured against: its datum is then
            an assumption, and the point may be more than a kilometre off.
        context: How much ``county_code`` is worth.
    """

    address: str
    county_code: str | None = None
    township_hint: str = ""
    credit_code: str = ""
    name: str = ""
    given: Place | None = None
    coordinate_flaw: str = ""
    datum_undecided: bool = False
    context: ContextKind = ContextKind.REGISTER
