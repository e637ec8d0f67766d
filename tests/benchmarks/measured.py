"""Run a script as this process, then tell its CPU-seconds and peak memory in a last line of JSON.

    python -m tests.benchmarks.measured SCRIPT [ARGUMENTS]

A child's `ru_maxrss` begins at the size of its parent, so the peak is read from /proc by itself.
"""

import json
import resource
import runpy
import sys
from pathlib import Path


def main() -> None:
    """Run the script named first on the command line."""
    sys.argv = sys.argv[1:]
    runpy.run_path(sys.argv[0], run_name="__main__")
    usage = resource.getrusage(resource.RUSAGE_SELF)
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    peak_kb = next(line.split()[1] for line in lines if line.startswith("VmHWM"))
    told = {"cpu_seconds": usage.ru_utime + usage.ru_stime, "memory_mb": int(peak_kb) / 1024}
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
