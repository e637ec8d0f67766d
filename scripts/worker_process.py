"""The worker as a process of its own beside the pages: started, started again, ended with them."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from scripts.worker import WITH_PARENT
from service.settings import PROJECT_ROOT

# Not `-m scripts.worker`: a task is known by the module that it is defined in, never `__main__`.
COMMAND: Final = (sys.executable, "-c", "from scripts.worker import main; main()")
_PATIENCE_S: Final = 10.0
_LOOK_S: Final = 1.0
_LONGEST_PAUSE_S: Final = 60.0


@contextmanager
def worker_beside() -> Iterator[None]:
    """Keep a worker running: one that dies is followed by another, and none outlives us."""
    ended = threading.Event()
    keeper = threading.Thread(target=_keep, args=(ended,), daemon=True)
    keeper.start()
    try:
        yield
    finally:
        ended.set()
        keeper.join(_PATIENCE_S + _LOOK_S)


def _keep(ended: threading.Event) -> None:
    pause = _LOOK_S
    while not ended.is_set():
        begun = time.monotonic()
        worker = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            (*COMMAND, WITH_PARENT),
            cwd=PROJECT_ROOT,
            stdin=subprocess.PIPE,
            start_new_session=True,
        )
        while worker.poll() is None and not ended.wait(_LOOK_S):
            pass
        _stop(worker)
        # One that dies at once would otherwise be started for ever, each taking seconds.
        lasted = time.monotonic() - begun
        pause = _LOOK_S if lasted > _LONGEST_PAUSE_S else min(2 * pause, _LONGEST_PAUSE_S)
        ended.wait(pause)


def _stop(worker: "subprocess.Popen[bytes]") -> None:
    worker.terminate()
    try:
        worker.wait(_PATIENCE_S)
    except subprocess.TimeoutExpired:
        worker.kill()
        worker.wait()
    if worker.stdin is not None:
        worker.stdin.close()
