"""Our side of the benchmark: the demo county's files into an empty database, and the map out.

python -m tests.benchmarks.measured tests/benchmarks/main_job.py DATABASE_URL FOLDER OUT.html
"""

import json
import os
import sys
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from gis_data.demo import DemoFiles
from gis_data.demo.facts import AS_OF, COUNTY_CODE
from service.workflows import load_demo
from service.workflows.find_clusters import find_clusters
from service.workflows.find_gaps import find_gaps
from service.workflows.locate_enterprises import geocoder_of, locate_enterprises
from service.workflows.publish_maps import publish_map
from service.workflows.rank_targets import rank_targets


def main(url: str, folder: Path, out: Path) -> None:
    """Import, locate, analyse and write the hotspot map; tell what the connection took."""
    engine = create_engine(url, connect_args={"options": "-c jit=off"})
    with Session(engine) as session:
        files = _files(folder)
        load_demo.load_areas(session, files)
        load_demo.load_people(session, files)
        load_demo.load_register(session, files)
        session.commit()
        locate_enterprises(session, COUNTY_CODE, geocoder_of(session, COUNTY_CODE))
        find_clusters(session, COUNTY_CODE, on=AS_OF)
        find_gaps(session, COUNTY_CODE, on=AS_OF)
        rank_targets(session, COUNTY_CODE, on=AS_OF)
        session.commit()
        html = publish_map(session, COUNTY_CODE, "hotspot", on=AS_OF)
        out.write_text(html, encoding="utf-8")
        told = _backend_cost(session.scalar(text("SELECT pg_backend_pid()")))
    engine.dispose()
    sys.stdout.write(json.dumps(told) + "\n")


def _backend_cost(pid: int | None) -> dict[str, float]:
    """Return CPU-seconds and peak private memory of a backend on this machine, from /proc."""
    process = Path(f"/proc/{pid}")
    if not process.is_dir():
        sys.exit("the database must run on this machine, or its part would go uncounted")
    fields = (process / "stat").read_text().rpartition(")")[2].split()
    ticks = int(fields[11]) + int(fields[12])
    status = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines())
    # Shared buffers belong to the server, not to the job.
    return {
        "cpu_seconds": ticks / os.sysconf("SC_CLK_TCK"),
        "memory_mb": int(status["RssAnon"].split()[0]) / 1024,
    }


def _files(folder: Path) -> DemoFiles:
    """Return the files written before, as `write_files` named them."""
    shapes = ("county", "townships", "villages", "roads", "river", "areas")
    tables = ("gazetteer", "officers", "responsibilities", "register", "events")
    paths = {name: folder / f"{name}.geojson" for name in shapes}
    paths |= {name: folder / f"{name}.csv" for name in tables}
    return DemoFiles(**paths, campaign=folder / "campaign.json")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
