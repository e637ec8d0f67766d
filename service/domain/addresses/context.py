"""Which county an address is in: what the text says, checked against what is known beforehand."""

import re
from dataclasses import dataclass

from service.domain.addresses.parse import begins_with_name
from service.domain.addresses.regions import Prefix
from service.domain.gazetteer import Gazetteer
from service.domain.queries import AddressQuery, ContextKind

# GB 32100-2015: eighteen characters, the third to eighth are the registering authority's division.
_CREDIT_CODE = re.compile("[0-9A-HJ-NPQRTUWXY]{2}([0-9]{6})[0-9A-HJ-NPQRTUWXY]{10}")
# County part of a division code that is no county: the city itself, zones of the statistics office.
_NO_COUNTY = re.compile("[0-9]{4}(?:0[01]|7[0-9]|9[0-9])")


@dataclass(frozen=True, slots=True)
class Scope:
    """Where to look.

    Attributes:
        end: Where the text behind the regions begins.
        counties: Six-digit codes to look in; several for an ambiguous name; none if unknown.
        reason: Why a person must look whatever the text says; '' if nothing stands against it.
        from_text: Whether the county stands in the text.
        short: Whether a region was written without its suffix.
        foreign: A region in the text that the gazetteer does not hold.
    """

    end: int = 0
    counties: tuple[str, ...] = ()
    reason: str = ""
    from_text: bool = False
    short: bool = False
    foreign: str = ""


def credit_county(credit_code: str) -> str:
    """Return the six digits of the registering county; '' for a city's, a zone's or no code."""
    if not credit_code:
        return ""
    found = _CREDIT_CODE.fullmatch(credit_code.strip().upper())
    if found is None or _NO_COUNTY.fullmatch(found[1]):
        return ""
    return found[1]


def scope_of(gazetteer: Gazetteer, query: AddressQuery, text: str) -> Scope:
    """Read the regions at the text's head and weigh them against the context."""
    register, majority = _contexts(gazetteer, query)
    credit = credit_county(query.credit_code)
    if credit and len(gazetteer.county_codes) > 1 and not gazetteer.holds(credit):
        credit = ""  # retired or another province's: it says nothing here
    prefix = gazetteer.regions.read(text)
    context = register or credit or majority
    if not prefix.named:
        prefix = _own_county_behind_unknown(gazetteer, prefix, text, context)
    if prefix.named:
        return _named_scope(gazetteer, prefix, register=register, credit=credit)
    return _silent_scope(prefix, context, credit)


def _contexts(gazetteer: Gazetteer, query: AddressQuery) -> tuple[str, str]:
    """Return (the register's county, the file's majority county), '' where there is none."""
    code = (query.county_code or "")[:6]
    if not code and len(gazetteer.county_codes) == 1:
        return gazetteer.county_codes[0], ""
    return ("", code) if query.context is ContextKind.MAJORITY else (code, "")


def _named_scope(gazetteer: Gazetteer, prefix: Prefix, *, register: str, credit: str) -> Scope:
    counties, reason = prefix.counties, ""
    if register in counties:
        counties = (register,)
    elif register:
        reason = "outside_register_county"
        counties = tuple(code for code in counties if gazetteer.holds(code))
    elif credit in counties:
        counties = (credit,)
    if credit and not reason and credit not in counties:
        reason = "credit_code_conflict"
    return Scope(prefix.end, counties, reason, from_text=True, short=prefix.short)


def _silent_scope(prefix: Prefix, context: str, credit: str) -> Scope:
    counties = (context,) if context else ()
    reason = "" if context else "county_unknown"
    if prefix.foreign or (context and not context.startswith(prefix.scope)):
        reason = "outside_register_county"
    elif credit and credit != context:
        reason = "credit_code_conflict"
    return Scope(prefix.end, counties, reason, short=prefix.short, foreign=prefix.foreign)


def _own_county_behind_unknown(
    gazetteer: Gazetteer, prefix: Prefix, text: str, context: str
) -> Prefix:
    """Look at the text's head for regions known by their shape alone.

    A county's own file need not name its province and city: whatever stands before the county's
    full name is then accepted. Any other region is foreign.
    """
    index = gazetteer.county(context) if context else None
    if index is not None and begins_with_name(index, text, prefix.end):
        return prefix
    foreign = gazetteer.regions.foreign_at(text, prefix.end)
    if not foreign:
        return prefix
    if index is not None and index.name and foreign.find(index.name) > 0:
        ahead = foreign[: foreign.find(index.name)]
        if gazetteer.regions.may_lie_in(context, ahead):
            end = prefix.end + len(ahead) + len(index.name)
            return Prefix(end, (context,), prefix.scope, named=True, short=prefix.short)
    return Prefix(prefix.end, (), prefix.scope, named=False, short=prefix.short, foreign=foreign)
