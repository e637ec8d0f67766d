"""A geocoder that knows accepted aliases: asked again in official names where it was at a loss."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from service.domain.addresses.score import RULES
from service.domain.aliases import Alias, AliasKind, rewritten
from service.domain.places import Placement
from service.domain.review_groups import cause_of
from service.geocoding.port import AddressQuery, Geocoder

_RULE = "confirmed_alias"


class AliasedGeocoder:
    """Another geocoder's answers; those in review are tried once more with aliases replaced.

    What the text says by itself always goes first, and the rewritten text is judged by all the
    rules again: a village that is not in the alias' township is still a conflict.
    """

    def __init__(self, inner: Geocoder, aliases: Sequence[Alias]) -> None:
        """Take the geocoder to ask and the aliases that a person has accepted."""
        self._inner = inner
        self._aliases: Mapping[tuple[AliasKind, str], Alias] = {
            (alias.kind, alias.name): alias for alias in aliases
        }

    @property
    def version(self) -> str:
        """The edition that the asked geocoder's placements name."""
        return self._inner.version

    def locate(self, query: AddressQuery) -> Placement:
        """Return where the address is, or a review with its reason."""
        return self.locate_many([query])[0]

    def locate_many(self, queries: Sequence[AddressQuery]) -> list[Placement]:
        """Return one placement per query, in the order of the queries."""
        return [
            placement if placement.status == "placed" else self._again(query, placement)
            for query, placement in zip(queries, self._inner.locate_many(queries), strict=True)
        ]

    def _again(self, query: AddressQuery, placement: Placement) -> Placement:
        address = rewritten(placement.normalised, cause_of(placement), self._aliases)
        if not address:
            return placement
        second = self._inner.locate(replace(query, address=address))
        if second.status != "placed":
            return placement
        confidence = min(second.confidence, RULES[_RULE])
        return replace(second, rule=_RULE, confidence=confidence, normalised=placement.normalised)
