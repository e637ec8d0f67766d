"""One sheet of paper at a time: drawing shares state inside matplotlib, and takes seconds."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from service.domain.errors import UnavailableError

_BUSY = "several sheets are being printed; ask again in a minute"


class PaperPress:
    """Lets one request draw, a few wait for it, and tells the others to come back.

    A request waits in a thread of its own, so pages go on being answered meanwhile; so few may
    wait that they cannot use up these threads or the connections to the database.

    Args:
        most_waiting: Requests that wait while one draws.
        patience_s: Longest wait, in seconds.
    """

    def __init__(self, *, most_waiting: int = 3, patience_s: float = 60.0) -> None:
        """Start idle."""
        self._turn = threading.Lock()
        self._count = threading.Lock()
        self._most, self._inside = most_waiting + 1, 0
        self._patience_s = patience_s

    @property
    def is_full(self) -> bool:
        """Whether the next one would be sent away."""
        return self._inside >= self._most

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for one's turn and keep it until the block ends.

        Raises:
            UnavailableError: Too many wait already, or the one before takes too long.
        """
        self._enter()
        try:
            if not self._turn.acquire(timeout=self._patience_s):
                raise UnavailableError(_BUSY)
            try:
                yield
            finally:
                self._turn.release()
        finally:
            with self._count:
                self._inside -= 1

    def _enter(self) -> None:
        with self._count:
            if self.is_full:
                raise UnavailableError(_BUSY)
            self._inside += 1
