"""A command's first answer: CPU-seconds of a fresh process, imports and kernels included.

    scripts/bench cold                  five runs of each command, the best one counts
    scripts/bench cold --runs 9

Beside them stand the import of pandas and numba alone, to which ratios are taken because machines
differ, and a plain script that clusters the same file with pandas and scikit-learn's DBSCAN. Set-up
has compiled modules and kernels, as `scripts/run` does; each command runs once before it counts.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from gis_data.demo import write_files
from service.settings import PROJECT_ROOT

_PLACES: Final = 1_000
_WANGGE: Final = (sys.executable, "-m", "scripts.cli")
_PLAIN: Final = """
import sys
import pandas as pd
from sklearn.cluster import DBSCAN
points = pd.read_csv(sys.argv[1])
cases = points[points["cases"] > 0]
print(pd.Series(DBSCAN(eps=0.01, min_samples=5).fit_predict(cases[["lon", "lat"]])).value_counts())
"""


def main(arguments: Sequence[str]) -> None:
    """Run every command several times, and print its CPU-seconds beside the peers'."""
    parser = argparse.ArgumentParser(prog="scripts/bench cold", description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="Of each command; the best counts.")
    runs = parser.parse_args(arguments).runs
    with tempfile.TemporaryDirectory() as folder:
        commands = _commands(Path(folder))
        for command in commands.values():
            _cpu_seconds(command)
        best = dict.fromkeys(commands, float("inf"))
        # In turn, so that a busy moment of the machine is nobody's alone.
        for _ in range(runs):
            for name, command in commands.items():
                best[name] = min(best[name], _cpu_seconds(command))
    yardstick = next(iter(best.values()))
    sys.stdout.write("| command | CPU-seconds | ÷ import of pandas and numba |\n|---|---|---|\n")
    for name, seconds in best.items():
        sys.stdout.write(f"| {name} | {seconds:.2f} | {seconds / yardstick:.1f} |\n")


def _commands(folder: Path) -> dict[str, tuple[str, ...]]:
    points, out, page = (str(folder / name) for name in ("points.csv", "out.json", "map.html"))
    _points().to_csv(points, index=False)
    demo = write_files(folder / "demo")
    columns = ("--lon", "lon", "--lat", "lat", "--cases", "cases", "--population", "population")
    scan = (*_WANGGE, "clusters", "--file", points, *columns, "--model", "bernoulli")
    places = ("--gazetteer", str(demo.gazetteer), "--out", str(folder / "located.csv"))
    return {
        "import pandas, numba": (sys.executable, "-c", "import pandas, numba"),
        "pandas and scikit-learn's DBSCAN": (sys.executable, "-c", _PLAIN, points),
        "`wangge --help`": (*_WANGGE, "--help"),
        "`wangge clusters --file`, table": scan,
        "the same, GeoJSON and map": (*scan, "--format", "geojson", "--out", out, "--map", page),
        "`wangge locate --file`": (*_WANGGE, "locate", "--file", str(demo.register), *places),
        "`wangge map --help`": (*_WANGGE, "map", "--help"),
        "`wangge clusters list --help`": (*_WANGGE, "clusters", "list", "--help"),
    }


def _points() -> pd.DataFrame:
    """Return enterprises, some of them bad, more in one circle (degrees, WGS 84)."""
    rng = np.random.default_rng(1)
    lon, lat = 114 + 0.5 * rng.random(_PLACES), 38 + 0.5 * rng.random(_PLACES)
    near = np.hypot(lon - 114.2, lat - 38.2) < 0.05
    cases = rng.random(_PLACES) < np.where(near, 0.5, 0.15)
    columns = {"lon": lon.round(6), "lat": lat.round(6), "cases": cases.astype(int)}
    return pd.DataFrame(columns).assign(population=1)


def _cpu_seconds(command: Sequence[str]) -> float:
    """Return what a process and its threads took, user and system."""
    # The yardstick is the same whatever the shell says of settings.
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WANGGE_")}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, capture_output=True, cwd=PROJECT_ROOT, env=kept)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
