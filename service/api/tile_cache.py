"""Tiles that were cut before, in this process: bounded in bytes, the least used go first."""

import threading
from collections import OrderedDict
from collections.abc import Hashable

_ENTRY_BYTES = 400  # what a key and its place in the table cost, roughly


class TileCache:
    """Bytes by key. A key holds the version of the data, so an old tile is never found.

    Args:
        max_bytes: Together the tiles take no more.
    """

    def __init__(self, max_bytes: int) -> None:
        """Start empty."""
        self._max_bytes = max_bytes
        self._tiles: OrderedDict[Hashable, bytes] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    @property
    def size_bytes(self) -> int:
        """What is held now."""
        return self._bytes

    def get(self, key: Hashable) -> bytes | None:
        """Return a tile, and keep it longer; None if it is not held."""
        with self._lock:
            if key not in self._tiles:
                return None
            self._tiles.move_to_end(key)
            return self._tiles[key]

    def put(self, key: Hashable, tile: bytes) -> None:
        """Keep a tile; one that is larger than everything allowed is not kept."""
        with self._lock:
            if (old := self._tiles.pop(key, None)) is not None:
                self._bytes -= len(old) + _ENTRY_BYTES
            if len(tile) + _ENTRY_BYTES > self._max_bytes:
                return
            self._tiles[key] = tile
            self._bytes += len(tile) + _ENTRY_BYTES
            while self._bytes > self._max_bytes:
                _, gone = self._tiles.popitem(last=False)
                self._bytes -= len(gone) + _ENTRY_BYTES
