"""What `scripts/run` and `scripts/test` do before there is an environment; standard library only.

It makes the environment, then becomes the command in it: one process from start to Ctrl-C.
"""

import fcntl
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from scripts.setup_browser import ensure_browser_packages
from scripts.setup_code import ensure_compiled
from scripts.setup_python import ensure_environment
from scripts.start_arguments import parse
from service.domain.errors import SupervisionError

_ROOT: Final = Path(__file__).resolve().parents[1]

# Each task: the lock file it needs, and the module that carries on in the environment.
_TASKS: Final = {
    "run": ("requirements.lock", "scripts.start"),
    "test": ("requirements-dev.lock", "scripts.run_tests"),
    "bench": ("requirements-bench.lock", "scripts.run_bench"),
    "install": ("requirements.lock", None),
    "install-dev": ("requirements-dev.lock", None),
}
# Those after which questions are asked; a developer's next test compiles what it needs.
_WITH_KERNELS: Final = ("run", "install", "bench")


def main(arguments: list[str]) -> None:
    """Set up what a task needs, then hand over to it."""
    lock, module = _TASKS[arguments[0]]
    if arguments[0] == "run":
        parse(arguments[1:])  # wrong usage is refused before anything is installed
    try:
        with _alone():
            python = ensure_environment(_ROOT, lock=lock)
            ensure_browser_packages(_ROOT)
            ensure_compiled(python.parents[1], _ROOT, kernels=arguments[0] in _WITH_KERNELS)
    except SupervisionError as error:
        sys.exit(f"wangge: {error}")
    except KeyboardInterrupt:
        sys.exit("wangge: stopped; starting again continues where it was")
    if module is not None:
        os.execv(python, [str(python), "-m", module, *arguments[1:]])  # noqa: S606 - as meant


@contextmanager
def _alone() -> Iterator[None]:
    """Let one set-up at a time change the environment; a second one waits its turn."""
    folder = os.open(_ROOT, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("• waiting for another set-up in this folder …", flush=True)  # noqa: T201
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


if __name__ == "__main__":
    main(sys.argv[1:])
