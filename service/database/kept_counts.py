"""What was read of a snapshot of counts, kept in this process: a snapshot never changes.

A snapshot is made for a day and a version of the data, and its number is never given again; so
nothing has to be told to forget. Frames that are kept are shared: whoever gets one must not write
into it.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Final
from weakref import WeakKeyDictionary

from pandas import DataFrame
from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from service.database.tile_rollup import Snapshot

# Of a few days; a county of a million enterprises takes some 20 MB a day.
_KEPT: Final = 12
_lock = threading.Lock()
_by_engine: WeakKeyDictionary[Engine, OrderedDict[Hashable, DataFrame]] = WeakKeyDictionary()


def frame_of(
    session: Session, snapshot: Snapshot, name: str, read: Callable[[], DataFrame]
) -> DataFrame:
    """Return a frame that follows from a snapshot alone, read the first time only.

    Args:
        session: Says which database the snapshot is in.
        snapshot: The counts that it is read from, or whose version of the data it is read at.
        name: What it is.
        read: Reads it.
    """
    bind = session.get_bind()
    engine = bind.engine if isinstance(bind, Connection) else bind
    key = (snapshot.id, snapshot.data_version, name)
    with _lock:
        frames = _by_engine.setdefault(engine, OrderedDict())
        found = frames.get(key)
        if found is not None:
            frames.move_to_end(key)
            return found
    found = read()
    with _lock:
        frames[key] = found
        while len(frames) > _KEPT:
            frames.popitem(last=False)
    return found
