"""The second half of `scripts/bench`, inside the environment: a PostGIS, then the benchmark."""

import subprocess
import sys

from scripts.setup_postgis import ensure_postgis
from service.database import server
from service.domain.errors import SupervisionError
from service.settings import PROJECT_ROOT, Settings


def main() -> None:
    """Run `tests.benchmarks` on a durable cluster of its own, as it runs in real life."""
    real = Settings()
    settings = real.model_copy(update={"database_url": None, "home": real.home / "bench"})
    try:
        ensure_postgis(settings)
        with server.running(settings) as url:
            done = subprocess.run(  # noqa: S603 - ourselves
                [sys.executable, "-m", "tests.benchmarks", "--database-url", url, *sys.argv[1:]],
                check=False,
                cwd=PROJECT_ROOT,
            )
    except SupervisionError as error:
        sys.exit(f"wangge: {error}")
    sys.exit(done.returncode)


if __name__ == "__main__":
    main()
