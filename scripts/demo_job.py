"""The main job on the demo county: files in, places, gaps, clusters, targets and maps out."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from rich.console import Console
from sqlalchemy.orm import Session

from gis_data.demo import DemoFiles, write_files
from gis_data.demo.facts import AS_OF, CAMPAIGN_START, COUNTY_CODE
from maps.model import Audience
from scripts import demo_state
from scripts.setup_console import Step, step
from service.database import targets
from service.database.session import open_session
from service.settings import Settings
from service.workflows import load_demo
from service.workflows.find_clusters import ClusterOptions, find_clusters, weekly_days
from service.workflows.find_gaps import find_gaps
from service.workflows.importing import ImportReport
from service.workflows.locate_enterprises import geocoder_of, locate_enterprises
from service.workflows.make_base_map import base_map_path, write_base_map
from service.workflows.publish_maps import publish_map
from service.workflows.rank_targets import rank_targets


def run_all(settings: Settings, console: Console, *, force: bool) -> None:
    """Load the demo county, compute everything and write the maps; quick when that is done.

    After an upgrade that changed what computes it, all is computed anew. What people did stays: the
    plan in force, decisions about addresses, agreed leads.

    Args:
        settings: Which database, and where files go.
        console: For the closing lines.
        force: Do it again although it is done.
    """
    folder = settings.home / "demo"
    maps = demo_state.map_paths(settings)
    if not force and demo_state.is_done(settings):
        console.print("Demo county 青石县: loaded and computed before; nothing to do.")
        return
    if not force and demo_state.is_computed(settings):
        console.print("Demo county 青石县: what computes it has changed; it is computed anew.")
    with step("Demo county: writing its files (fictional)"):
        files = write_files(folder)
    load(settings, files)
    analyse(settings, COUNTY_CODE, AS_OF)
    write_maps(settings, COUNTY_CODE, AS_OF, maps)
    demo_state.remember(settings)
    for path in maps.values():
        console.print(f"  {path}")


def load(settings: Settings, files: DemoFiles) -> None:
    """Load the files, each part its own transaction: what is in stays in."""
    with step("Townships, villages, roads") as current, open_session(settings, commit=True) as db:
        _note(current, load_demo.load_areas(db, files))
    with step("Cells by village, duties") as current, open_session(settings, commit=True) as db:
        _note(current, load_demo.load_people(db, files))
    with step("Register and events") as current, open_session(settings, commit=True) as db:
        _note(current, load_demo.load_register(db, files))


def analyse(settings: Settings, county_code: str, on: date) -> None:
    """Locate the register, then compute clusters, gaps and targets of a day."""
    with step("Locating enterprises") as current, open_session(settings, commit=True) as db:
        geocoder = geocoder_of(db, county_code)
        done = locate_enterprises(db, county_code, geocoder)
        placed, review = sum(done.placed.values()), sum(done.review.values())
        current.tell(f"{placed} placed, {review} to review")
    find_weekly(settings, county_code, on)
    with step("Gaps in supervision") as current, open_session(settings, commit=True) as db:
        current.tell(f"{len(find_gaps(db, county_code, on=on).frame)} gaps")
    with step("Targets") as current, open_session(settings, commit=True) as db:
        current.tell(f"{len(rank_targets(db, county_code, on=on).frame)} ranked")


# Of weeks gone by, clusters and their life are what is asked; a tenth of the draws tells cells.
_EARLIER = ClusterOptions(variants=0, draws=99_999)


def find_weekly(settings: Settings, county_code: str, on: date) -> None:
    """Find clusters week by week since the campaign began, the last day with variants.

    Each week is its own transaction: a start that was interrupted goes on where it stood.
    """
    *earlier, last = weekly_days(CAMPAIGN_START, on)
    with step(f"Clusters of {len(earlier)} earlier weeks, 999 simulations each"):
        for day in earlier:
            with open_session(settings, commit=True) as db:
                find_clusters(db, county_code, on=day, options=_EARLIER)
    with (
        step("Clusters, 999 simulations, 200 variants") as current,
        open_session(settings, commit=True) as db,
    ):
        found = find_clusters(db, county_code, on=last)
        current.tell(f"{sum(found.significant.values())} below p 0.05")


def write_maps(settings: Settings, county_code: str, on: date, paths: dict[str, Path]) -> None:
    """Write the one-file maps, each at once: a reader never sees half of one."""
    with step("Maps, each one file"), open_session(settings, commit=False) as db:
        for kind, path in paths.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            html = publish_map(
                db,
                county_code,
                kind,
                on=on,
                cell_code=_busiest_cell(db, county_code, on) if kind == "cell" else None,
                audience=Audience.INTERNAL,
            )
            part = path.with_suffix(".part")
            part.write_text(html, encoding="utf-8")
            part.replace(path)
        write_base_map(db, county_code, base_map_path(settings.home, county_code))


def _busiest_cell(session: Session, county_code: str, on: date) -> str:
    """Return the cell with the most score in it."""
    ranked = targets.of_county(session, county_code, on)
    return str(ranked.groupby("cell_code")["score"].sum().idxmax())


def _note(current: Step, reports: Sequence[ImportReport]) -> None:
    kept = ", ".join(f"{report.kind} {report.rows_kept}" for report in reports)
    refused = sum(len(report.refused) for report in reports)
    current.tell(kept + (f"; {refused} faults returned" if refused else ""))
