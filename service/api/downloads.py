"""Target lists as files: CSV, XLSX, GPX, and a page for A4 paper."""

import shapely
from fastapi.responses import Response
from geopandas import GeoDataFrame

from service.api.dependencies import Scope
from service.database import cells, enterprises, officers
from service.exports.gpx import as_gpx
from service.exports.sheet_html import Sheet, people_of, target_sheet
from service.exports.spreadsheet import TARGET_HEADERS, as_csv, as_xlsx

_MEDIA = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "gpx": "application/gpx+xml",
}


def target_file(scope: Scope, listed: GeoDataFrame, form: str, cell: str | None) -> Response:
    """Return a target list in the form asked for."""
    title = f"{scope.county.name}检查对象清单 {scope.on.isoformat()}"
    if form == "html":
        return Response(_sheet(scope, listed, title, cell), media_type="text/html")
    content: str | bytes
    if form == "xlsx":
        content = as_xlsx(listed, TARGET_HEADERS, title="检查对象")
    elif form == "csv":
        content = as_csv(listed, TARGET_HEADERS)
    else:
        content = as_gpx(listed, name=title)
    name = f"targets-{scope.on.isoformat()}.{form}"
    return Response(
        content,
        media_type=_MEDIA[form],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _sheet(scope: Scope, listed: GeoDataFrame, title: str, cell: str | None) -> str:
    session, code, plan_id = scope.session, scope.code, scope.plan_id
    of_plan = cells.of_plan(session, code, plan_id)
    codes = {cell} if cell is not None else set(listed["cell_code"].dropna())
    mine = of_plan[of_plan["code"].isin(codes)]
    held = officers.responsible_on(session, code, plan_id, scope.on)
    sheet = Sheet(
        title=title,
        on=scope.on,
        is_fictional=scope.county.is_fictional,
        cells=list(zip(mine["code"], mine["name"], strict=True)),
        people=people_of(held[held["cell_code"].isin(codes)]),
        outline=shapely.union_all(mine.geometry.to_numpy()) if len(mine) else None,
        licences=enterprises.licences_held(session, code, scope.on),
    )
    return target_sheet(sheet, listed)
