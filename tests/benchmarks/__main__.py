"""What `scripts/bench` runs once everything it needs stands: one benchmark, by its name."""

import sys
from importlib import import_module

from tests.benchmarks.names import MODULES

if __name__ == "__main__":
    import_module(f"tests.benchmarks.{MODULES[sys.argv[1]]}").main(sys.argv[2:])
