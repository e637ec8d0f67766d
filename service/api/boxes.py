"""A box on the ground as four numbers in an address."""

import math
from typing import Annotated

from fastapi import Depends, Query

from service.domain.errors import InvalidInputError

Box = tuple[float, float, float, float]


def requested_box(
    bbox: Annotated[
        str | None,
        Query(max_length=100, description="West, south, east, north in WGS 84 degrees."),
    ] = None,
) -> Box | None:
    """Return the box asked for.

    Raises:
        InvalidInputError: These are not four numbers in order and in range.
    """
    if bbox is None:
        return None
    try:
        west, south, east, north = (float(part) for part in bbox.split(","))
    except ValueError as error:
        raise InvalidInputError(
            "bbox takes four numbers: west,south,east,north in degrees"
        ) from error
    finite = all(map(math.isfinite, (west, south, east, north)))
    if not (finite and _is_in_order(west, east, 180) and _is_in_order(south, north, 90)):
        raise InvalidInputError("bbox is west,south,east,north in degrees, each pair in order")
    return west, south, east, north


def _is_in_order(low: float, high: float, most: int) -> bool:
    return -most <= low <= high <= most


BoxDep = Annotated[Box | None, Depends(requested_box)]
