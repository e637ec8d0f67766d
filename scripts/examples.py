"""The documented commands on files that nobody here made: Chicago's police areas, Pujiang's towns.

`python -m scripts.examples chicago|pujiang DATA` runs them; the end-to-end test runs the same.
"""

import shlex
import sys
from pathlib import Path
from typing import Final

import typer

from scripts.import_commands import import_app

_DISTRICTS: Final = (
    "townships {data}/chicago/districts.geojson --map code=DIST_NUM --map name=DIST_LABEL"
    " --code-system chicago_district --county chicago --county-name Chicago"
    " --county-system us_city --reference-date 2014-12-31"
)
_BEATS: Final = (
    "cells {data}/chicago/beats.geojson --map code=BEAT_NUM --map township_code=DISTRICT"
    " --code-system chicago_beat --county chicago --from 2011-01-01 --repair"
)
_LICENCES: Final = (
    "enterprises {data}/chicago/inspections_2011_2014.csv.gz --map code=License"
    " --map name=DBA_Name --map address=Address --map township=police_district"
    " --map lon=Longitude --map lat=Latitude --map date=Inspection_Date --set product=food"
    " --code-system chicago_license --county chicago"
)
_INSPECTIONS: Final = (
    "events {data}/chicago/inspections_2011_2014.csv.gz --map event_key=Inspection_ID"
    " --map enterprise=License --map occurred_on=Inspection_Date --map result=Results"
    " --map is_problem=Results --map inspector=inspector --map lon=Longitude --map lat=Latitude"
    " --problem-values Fail --county chicago"
)
CHICAGO: Final = (_DISTRICTS, _BEATS, _LICENCES, _INSPECTIONS)
_TOWNS: Final = (
    "townships {data}/pujiang_townships/townships.geojson --map code=nbs2023_code9"
    " --code-system gbt10114 --county 330726 --county-name 浦江县"
)
_GAZETTEER: Final = (
    "gazetteer {data}/pujiang_townships/gazetteer_330726.csv --datum gcj02 --county 330726"
)
PUJIANG: Final = (_TOWNS, _GAZETTEER)
# Refused, naming the overlaps of the two functional zones with their townships.
PUJIANG_REFUSED: Final = (
    "townships {data}/pujiang_townships/townships_with_2_overlapping_zones.geojson"
    " --map code=nbs2023_code9 --county 330726"
)
_EXAMPLES: Final = {"chicago": CHICAGO, "pujiang": PUJIANG}


def chicago(data: Path, *, year_2013_only: bool = False) -> None:
    """Load Chicago's districts, beats, licensed food businesses and their inspections."""
    for command in CHICAGO:
        narrowed = command.replace("2011_2014", "2013") if year_2013_only else command
        run(narrowed, data)


def pujiang(data: Path) -> None:
    """Load the townships and the gazetteer of Pujiang."""
    for command in PUJIANG:
        run(command, data)


def run(command: str, data: Path) -> None:
    """Run one command as the command line would.

    Raises:
        SystemExit: The command refused; its line is on standard error.
    """
    arguments = [part.format(data=data) for part in shlex.split(command)]
    typer.echo(f"$ wangge import {shlex.join(arguments)}")
    code = typer.main.get_command(import_app).main(
        arguments, prog_name="wangge import", standalone_mode=False
    )
    if code:
        raise SystemExit(code)


def main(name: str, data: Path) -> None:
    """Run an example: chicago or pujiang, with the folder of its files."""
    for command in _EXAMPLES[name]:
        run(command, data)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
