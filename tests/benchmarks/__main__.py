"""What `scripts/bench` runs once a PostGIS stands: the main job beside a plain script."""

import sys

from tests.benchmarks.bench_main_job import main

if __name__ == "__main__":
    main(sys.argv[1:])
