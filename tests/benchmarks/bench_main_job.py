"""The main job beside a plain script doing the same: seconds, CPU, memory, bytes of the map.

`scripts/bench` starts a PostGIS and runs this; against a server of your own:

    python -m tests.benchmarks job --database-url postgresql+psycopg://… [--runs 3]

Every run is a process of its own, ours and theirs in turn; the best of each is compared. Ours
counts the CPU time and memory of its database connection as well. Times are of whole processes,
imports of libraries included; making the demo's files and an empty, migrated database is not.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from tempfile import TemporaryDirectory
from typing import Final

from sqlalchemy import create_engine, make_url, text

from gis_data.demo import write_files
from service.database.migrate import upgrade
from service.settings import PROJECT_ROOT

_JOB: Final = Path(__file__).with_name("main_job.py")
_PEER: Final = Path(__file__).with_name("peer_main_job.py")
_OURS: Final = "wangge"
_PEERS: Final = {
    "plain script, scan statistic": "scan",
    "plain script, DBSCAN groups": "dbscan",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one run took, the database's part included."""

    seconds: float
    cpu_seconds: float
    memory_mb: float
    html_bytes: int


def main(arguments: Sequence[str]) -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database-url", required=True, help="A server to make databases on.")
    parser.add_argument("--runs", type=int, default=3, help="Of each; the best counts.")
    given = parser.parse_args(arguments)
    with TemporaryDirectory(prefix="wangge-bench-") as folder:
        _print(_measure(given.database_url, Path(folder), given.runs))


def _measure(url: str, folder: Path, runs: int) -> dict[str, Cost]:
    files, out = folder / "demo", folder / "map.html"
    write_files(files)
    costs: dict[str, list[Cost]] = {}
    for run in range(runs):
        with empty_database(url) as database:
            job = [str(_JOB), database, str(files), str(out)]
            costs.setdefault(_OURS, []).append(_run(job, out))
        for name, method in _PEERS.items():
            peer = [str(_PEER), str(files), str(out), "--clusters", method]
            costs.setdefault(name, []).append(_run(peer, out))
        sys.stderr.write(f"run {run + 1} of {runs} done\n")
    return {name: min(every, key=lambda cost: cost.seconds) for name, every in costs.items()}


def _run(arguments: list[str], out: Path) -> Cost:
    """Run a script in a process of its own, and read what it took from its last line."""
    out.unlink(missing_ok=True)
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.measured", *arguments],
        cwd=PROJECT_ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    seconds = time.perf_counter() - started
    if done.returncode:
        sys.exit(f"{' '.join(arguments)} failed with {done.returncode}")
    told = [json.loads(line) for line in done.stdout.splitlines() if line.startswith('{"cpu')]
    return Cost(
        seconds=seconds,
        cpu_seconds=sum(part["cpu_seconds"] for part in told),
        memory_mb=sum(part["memory_mb"] for part in told),
        html_bytes=out.stat().st_size,
    )


@contextmanager
def empty_database(url: str) -> Iterator[str]:
    """Make a migrated database of its own on the server, and drop it afterwards."""
    name = f"wangge_bench_{token_hex(4)}"
    server = create_engine(url, isolation_level="AUTOCOMMIT")
    made = make_url(url).set(database=name)
    with server.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE template0'))
    try:
        engine = create_engine(made)
        upgrade(engine)
        engine.dispose()
        yield made.render_as_string(hide_password=False)
    finally:
        with server.connect() as connection:
            connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
        server.dispose()


def _print(costs: dict[str, Cost]) -> None:
    """Print what each took, and the peers' figures divided by ours."""
    lines = [
        "| | seconds | CPU-seconds | peak memory, MB | map, MB |",
        "|---|---|---|---|---|",
    ]
    for name, cost in costs.items():
        lines.append(
            f"| {name} | {cost.seconds:.1f} | {cost.cpu_seconds:.1f} | {cost.memory_mb:.0f} "
            f"| {cost.html_bytes / 1e6:.2f} |"
        )
    ours = costs[_OURS]
    for name, cost in costs.items():
        if name != _OURS:
            lines.append(
                f"| {name} ÷ wangge | {cost.seconds / ours.seconds:.2f} "
                f"| {cost.cpu_seconds / ours.cpu_seconds:.2f} "
                f"| {cost.memory_mb / ours.memory_mb:.2f} "
                f"| {cost.html_bytes / ours.html_bytes:.2f} |"
            )
    sys.stdout.write("\n".join(lines) + "\n")
