"""The fictional county's files → the database, through the ordinary imports."""

import json
from datetime import date

import shapely
from geopandas import GeoDataFrame
from shapely import MultiPolygon
from sqlalchemy.orm import Session

from gis_data.demo import DemoFiles, cells_to_drop, distort_cells, responsibilities
from gis_data.demo.facts import AS_OF, COUNTY_CODE
from gis_data.rows import Reading
from gis_data.shapes import read_shapes
from service.database import cells as cell_reads
from service.database import plans
from service.database.loading import demo
from service.domain.grid import GridMethod, GridRequest
from service.workflows.build_grid import build_grid
from service.workflows.import_areas import import_areas
from service.workflows.import_enterprises import import_enterprises
from service.workflows.import_events import import_events
from service.workflows.import_officers import import_officers
from service.workflows.import_places import import_gazetteer
from service.workflows.import_responsibilities import import_responsibilities
from service.workflows.import_townships import CountyOptions, import_townships
from service.workflows.importing import ImportReport

PLAN_CODE = "2012-02"
PLAN_BEGINS = date(2012, 3, 1)
_LARGEST_CELL_KM2 = 9.0
_PLAIN = Reading()


def load_areas(session: Session, files: DemoFiles) -> list[ImportReport]:
    """Load the county, its townships, places, roads, river and campaign."""
    county = CountyOptions(
        code=COUNTY_CODE,
        name="青石县",
        name_en="Qingshi County",
        outline=files.county,
        reference_date=AS_OF,
        is_fictional=True,
    )
    reports = [
        import_townships(session, files.townships, _PLAIN, county=county),
        import_gazetteer(session, files.gazetteer, _PLAIN, county=COUNTY_CODE),
    ]
    for path, level in ((files.roads, "road"), (files.river, "river")):
        demo.replace_lines(session, COUNTY_CODE, level, read_shapes(path).features)
    told = json.loads(files.campaign.read_text(encoding="utf-8"))
    demo.save_campaign(session, COUNTY_CODE, told)
    return reports


def load_people(session: Session, files: DemoFiles) -> list[ImportReport]:
    """Build the plan by village, spoil it as planted, publish it; officers, duties and zones."""
    reports = [import_officers(session, files.officers, _PLAIN, county=COUNTY_CODE)]
    if not plans.exists(session, COUNTY_CODE, PLAN_CODE):
        request = GridRequest(method=GridMethod.VILLAGES, max_area_km2=_LARGEST_CELL_KM2)
        built = build_grid(session, COUNTY_CODE, request, plan_code=PLAN_CODE)
        plans.publish(session, COUNTY_CODE, built.plan_id, begins=PLAN_BEGINS)
        duties = responsibilities(cell_reads.of_plan(session, COUNTY_CODE, built.plan_id))
        _spoil(session, built.plan_id)
        kept = set(cell_reads.of_plan(session, COUNTY_CODE, built.plan_id)["code"])
        path = files.responsibilities.with_name("responsibilities_by_cell.csv")
        duties[duties["cell_code"].isin(kept)].to_csv(path, index=False)
        reports.append(
            import_responsibilities(session, path, _PLAIN, county=COUNTY_CODE, plan_on=PLAN_BEGINS)
        )
    reports.append(import_areas(session, files.areas, _PLAIN, county=COUNTY_CODE))
    return reports


def load_register(session: Session, files: DemoFiles) -> list[ImportReport]:
    """Load the register and the quality events of the campaign and the years before."""
    return [
        import_enterprises(session, files.register, _PLAIN, county=COUNTY_CODE),
        import_events(session, files.events, _PLAIN, county=COUNTY_CODE, as_of=AS_OF),
    ]


def _spoil(session: Session, plan_id: int) -> None:
    """Leave out one cell and let another reach into its neighbour: the planted G1 and G2."""
    cells = cell_reads.of_plan(session, COUNTY_CODE, plan_id)
    shapes = _changed(cells, distort_cells(cells))
    demo.reshape_cells(session, COUNTY_CODE, plan_id, shapes)
    demo.drop_cells(session, COUNTY_CODE, plan_id, cells_to_drop(cells))


def _changed(before: GeoDataFrame, after: GeoDataFrame) -> dict[str, MultiPolygon]:
    moved = after.loc[~before.geometry.geom_equals(after.geometry)]
    return {
        code: MultiPolygon(shapely.get_parts(shape))
        for code, shape in zip(moved["code"], moved.geometry, strict=True)
    }
