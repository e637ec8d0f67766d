"""The port every geocoder keeps: an address with its context in, a placement out."""

from collections.abc import Sequence
from typing import Protocol

from service.domain.places import Placement
from service.domain.queries import AddressQuery

__all__ = ["AddressQuery", "Geocoder"]


class Geocoder(Protocol):
    """Find addresses. One implementation per provider, each in its own module."""

    @property
    def version(self) -> str:
        """What its placements name as their source: the same version gives the same answers."""
        ...

    def locate(self, query: AddressQuery) -> Placement:
        """Return where the address is, or a review with its reason; never raise for an address.

        Raises:
            UnavailableError: The provider does not answer; trying later may help.
        """
        ...

    def locate_many(self, queries: Sequence[AddressQuery]) -> list[Placement]:
        """Return one placement per query, in the order of the queries."""
        ...
