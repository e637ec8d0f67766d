"""The benchmarks by the names that `scripts/bench` knows them by; each has `main(arguments)`."""

from typing import Final

MODULES: Final = {
    "job": "bench_main_job",
    "cold": "bench_cold",
    "clusters": "bench_scan",
    "calibration": "bench_calibration",
    "space-time": "bench_space_time",
    "local": "bench_local_statistics",
    "locate": "bench_locate",
    "maps": "bench_maps",
    "tiles": "bench_tiles",
}
# These are handed `--database-url` of a server on which they make databases of their own.
NEED_DATABASE: Final = frozenset({"job", "locate", "tiles"})
