"""Frames as JSON or GeoJSON, one page at a time."""

from fastapi.responses import JSONResponse, Response
from geopandas import GeoDataFrame
from pandas import DataFrame

from service.api.dependencies import Page
from service.api.plain import features, plain_row
from service.domain.errors import InvalidInputError

GEOJSON = "application/geo+json"


def answer(frame: DataFrame, page: Page) -> Response:
    """Return one page of a frame: `{total, limit, offset, items}`, or a FeatureCollection."""
    rows = frame.iloc[page.offset : page.offset + page.limit]
    return answer_page(rows, page, total=len(frame))


def answer_page(rows: DataFrame, page: Page, *, total: int) -> Response:
    """Return rows that are a page already.

    Raises:
        InvalidInputError: GeoJSON was asked of rows without a geometry.
    """
    if page.is_geojson:
        if not isinstance(rows, GeoDataFrame):
            raise InvalidInputError("these rows have no geometry; leave out format=geojson")
        document = {"type": "FeatureCollection", "features": features(rows), "numberMatched": total}
        return JSONResponse(document, media_type=GEOJSON)
    items = [plain_row(row) for row in rows.to_dict("records")]
    return JSONResponse(
        {"total": total, "limit": page.limit, "offset": page.offset, "items": items}
    )
