"""A hundred thousand enterprises of a real county, located and written to PostGIS."""

import json
import os
import sys
import time
from pathlib import Path

import shapely
from sqlalchemy import create_engine, func, select, text
from sqlalchemy.orm import Session

from gis_data.gazetteer import read_gazetteer
from gis_data.rows import Reading
from service.database.loading.bulk import insert
from service.database.tables import EnterpriseRow, LocationRow
from service.domain.places import Datum
from service.workflows.import_places import import_gazetteer
from service.workflows.locate_enterprises import geocoder_of, locate_enterprises
from tests.benchmarks.bench_main_job import empty_database
from tests.damaged_addresses import DAMAGES, Surroundings, damage, villages_of
from tests.factories import make_county, shape

COUNTY = "130121"
ROWS = 100_000


def report_database(url: str, data: Path) -> None:
    """Print the seconds from the register to the located register, committed."""
    with empty_database(url) as database:
        engine = create_engine(database, connect_args={"options": "-c jit=off"})
        with Session(engine) as session:
            _fill(session, data)
            session.commit()
            pid = int(session.scalar(text("SELECT pg_backend_pid()")) or 0)
            started, cpu, theirs = time.perf_counter(), time.process_time(), _cpu_seconds(pid)
            done = locate_enterprises(session, COUNTY, geocoder_of(session, COUNTY))
            session.commit()
            seconds, spent = time.perf_counter() - started, time.process_time() - cpu
            theirs = _cpu_seconds(pid) - theirs
            written = session.scalar(select(func.count()).select_from(LocationRow))
        engine.dispose()
    placed = sum(done.placed.values())
    sys.stdout.write(
        f"{written} enterprises located and written to PostGIS in {seconds:.1f} s by the clock "
        f"({spent:.1f} CPU-seconds of ours, {theirs:.1f} of the database); {placed} placed\n"
    )


def _cpu_seconds(pid: int) -> float:
    """Return the CPU-seconds of a process of this machine (Linux), 0 where they cannot be read."""
    try:
        told = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")


def _fill(session: Session, data: Path) -> None:
    """Make the county with its gazetteer and its register."""
    told = json.loads((data / "jingxing_county_wgs84.geojson").read_text(encoding="utf-8"))
    outline = shapely.geometry.shape(told["features"][0]["geometry"])
    whole = shapely.MultiPolygon(shapely.get_parts(outline).tolist())
    make_county(session, COUNTY, name="井陉县", is_fictional=False, geometry=shape(whole))
    gazetteer = data / "jingxing_130121.csv"
    import_gazetteer(session, gazetteer, Reading(datum=Datum.GCJ02), county=COUNTY)
    rows, _ = read_gazetteer(data / "gazetteer_2016.csv.gz")
    villages = [v for v in villages_of(rows) if v.code.startswith(COUNTY)]
    around = Surroundings(villages)
    texts = [row.query.address for kind in DAMAGES for row in damage(kind, villages, around)]
    insert(session, EnterpriseRow, [_enterprise(at, texts[at % len(texts)]) for at in range(ROWS)])


def _enterprise(number: int, address: str) -> dict[str, object]:
    return {
        "county_code": COUNTY,
        "register_key": f"bench:{number}",
        "name": f"企业{number}",
        "kind": "producer",
        "product": "cement",
        "address": f"{address}{number}号",
        "status": "active",
        "scale": "",
        "principal": "",
        "attributes": {},
    }
