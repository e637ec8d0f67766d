"""The second half of `scripts/bench`, inside the environment: what it needs, then the benchmark."""

import subprocess
import sys
from collections.abc import Sequence

from scripts.setup_postgis import ensure_postgis
from service.database import server
from service.domain.errors import SupervisionError
from service.settings import PROJECT_ROOT, Settings
from tests.benchmarks.names import MODULES, NEED_DATABASE

_USAGE = f"usage: scripts/bench [{'|'.join(MODULES)}] [its arguments]; alone, it is the main job"


def main(arguments: Sequence[str]) -> None:
    """Run one benchmark; those that need a database get a durable cluster, as in real life."""
    name, rest = "job", list(arguments)
    if rest and not rest[0].startswith("-"):
        name = rest.pop(0)
    if name not in MODULES or rest[:1] == ["--help"]:
        sys.stdout.write(_USAGE + "\n")
        sys.exit(0 if name in MODULES else 2)
    if name not in NEED_DATABASE:
        sys.exit(_run(name, rest))
    real = Settings()
    settings = real.model_copy(update={"database_url": None, "home": real.home / "bench"})
    try:
        ensure_postgis(settings)
        with server.running(settings) as url:
            done = _run(name, ["--database-url", url, *rest])
    except SupervisionError as error:
        sys.exit(f"wangge: {error}")
    sys.exit(done)


def _run(name: str, arguments: Sequence[str]) -> int:
    return subprocess.run(  # noqa: S603 - ourselves
        [sys.executable, "-m", "tests.benchmarks", name, *arguments], check=False, cwd=PROJECT_ROOT
    ).returncode


if __name__ == "__main__":
    main(sys.argv[1:])
