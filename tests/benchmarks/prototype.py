"""The prototype of the scan, where its source is at hand: a peer that is none of our code."""

import importlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

PROTOTYPE: Final = Path(__file__).parents[3] / "shared" / "reference" / "prototype"


def prototype_run() -> Callable[..., dict[str, Any]]:
    """Return its `run(x, y, cases, share, R=…, nthreads=…)`: Bernoulli, unit points, high rates."""
    if str(PROTOTYPE) not in sys.path:
        sys.path.insert(0, str(PROTOTYPE))
    found: Callable[..., dict[str, Any]] = importlib.import_module("proto_scan2").run
    return found
