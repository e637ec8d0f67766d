"""Asking a service on the network for a point: allowed hosts only, slowly, and never twice.

Nothing here runs unless a provider is set and a command is told to use it. A service's answer is a
point with a datum and no proof: what becomes of it is decided in ``service.geocoding.online``.
"""

import sqlite3
import time
from collections.abc import Callable, Collection, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, Protocol
from urllib.parse import urlsplit

import httpx

from service.domain.errors import InvalidInputError, UnavailableError
from service.domain.places import Datum

_TIMEOUT_S = 10.0
_MOST_BYTES = 1_000_000


class ProviderPoint(NamedTuple):
    """What a service answers: degrees of its own datum, how far off it may be, what it found."""

    lon: float
    lat: float
    datum: Datum
    radius_m: float
    label: str


class Provider(Protocol):
    """A service that knows addresses. One implementation per service, each in its own module."""

    @property
    def name(self) -> str:
        """What it is called in the settings."""
        ...

    @property
    def datum(self) -> Datum:
        """What its degrees are measured against."""
        ...

    def find(self, address: str) -> ProviderPoint | None:
        """Return the service's best point for an address, None where it knows none.

        Raises:
            UnavailableError: It does not answer, or not as agreed; trying later may help.
        """
        ...


class Answers:
    """Answers that were paid for once, in a file of their own; None keeps them for the run."""

    def __init__(self, path: Path | None) -> None:
        """Open the file, made when it is not there."""
        self._path = str(path) if path is not None else ""
        self._kept: dict[str, str] = {}
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self._path)) as file, file:
                file.execute("CREATE TABLE IF NOT EXISTS answer (question TEXT PRIMARY KEY, text)")

    def get(self, question: str) -> str | None:
        """Return what was answered before."""
        if not self._path:
            return self._kept.get(question)
        with closing(sqlite3.connect(self._path)) as file:
            found = file.execute("SELECT text FROM answer WHERE question = ?", (question,))
            row = found.fetchone()
        return None if row is None else str(row[0])

    def keep(self, question: str, text: str) -> None:
        """Keep an answer."""
        if not self._path:
            self._kept[question] = text
            return
        with closing(sqlite3.connect(self._path)) as file, file:
            file.execute("INSERT OR REPLACE INTO answer VALUES (?, ?)", (question, text))


@dataclass(slots=True)
class Line:
    """The way to one service: which hosts may be asked, how often, and what was answered before.

    Attributes:
        hosts: Hosts that may be asked; any other address is refused before a socket is opened.
        per_second: Requests at most in a second.
        answers: Where answers are kept.
        clock: Seconds that only grow.
        sleep: Waits so many seconds.
    """

    hosts: Collection[str]
    per_second: float
    answers: Answers = field(default_factory=lambda: Answers(None))
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    _free_at: float = float("-inf")

    def get(
        self,
        url: str,
        asked: Mapping[str, str],
        read: Callable[[str], ProviderPoint | None],
        *,
        secret: Mapping[str, str],
    ) -> ProviderPoint | None:
        """Return what a service answers to a question, from what is kept if it was asked before.

        What cannot be read is not kept.

        Args:
            url: Without a query.
            asked: The question; it is the key under which the answer is kept.
            read: Makes a point of the answer, or raises UnavailableError.
            secret: Parameters that are sent and neither kept nor told, such as a key.

        Raises:
            InvalidInputError: The host is not allowed.
            UnavailableError: The service does not answer, or with an error.
        """
        host = self._allowed(url)
        question = f"{url}?{sorted(asked.items())}"
        kept = self.answers.get(question)
        if kept is not None:
            return read(kept)
        self._wait()
        text = _fetch(url, {**asked, **secret}, host)
        point = read(text)
        self.answers.keep(question, text)
        return point

    def _allowed(self, url: str) -> str:
        parts = urlsplit(url)
        host = parts.hostname or ""
        if parts.scheme not in {"http", "https"} or host not in self.hosts:
            raise InvalidInputError(
                f"the geocoding host '{host}' is not among those allowed "
                f"({', '.join(sorted(self.hosts)) or 'none'}); see WANGGE_GEOCODER_HOSTS"
            )
        return host

    def _wait(self) -> None:
        now = self.clock()
        if now < self._free_at:
            self.sleep(self._free_at - now)
        self._free_at = max(now, self._free_at) + 1.0 / self.per_second


def _fetch(url: str, parameters: Mapping[str, str], host: str) -> str:
    headers = {"User-Agent": "wangge (county grid supervision)"}
    try:
        # A redirect could lead to a host that nobody allowed; proxies of the shell are not asked.
        with httpx.Client(timeout=_TIMEOUT_S, follow_redirects=False, trust_env=False) as client:
            answer = client.get(url, params=dict(parameters), headers=headers)
    except httpx.HTTPError as error:
        # The message of the error may hold the address, and with it a key.
        raise UnavailableError(f"{host} does not answer ({type(error).__name__})") from None
    if answer.status_code != httpx.codes.OK or len(answer.content) > _MOST_BYTES:
        raise UnavailableError(f"{host} answered {answer.status_code} and no place")
    return answer.text


def number(found: Mapping[str, Any], key: str, host: str) -> float:
    """Return a number of an answer.

    Raises:
        UnavailableError: It is none.
    """
    try:
        return float(found[key])
    except (KeyError, TypeError, ValueError) as error:
        raise UnavailableError(f"{host} answered without a '{key}'") from error
