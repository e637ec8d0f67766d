"""Live tiles of a large county: CPU and latency per zoom, beside raw ST_AsMVT and one-page maps.

    scripts/bench tiles --enterprises 1000000 [--clients 10] [--keep NAME]

A database is filled by COPY, served by a uvicorn of its own, and asked by clients in threads. CPU
is that of this PostgreSQL and of the server process; on few cores clients, server
and database share them, so latencies grow with the clients and CPU-seconds do not.
"""

import argparse
import math
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import Final

import httpx
from playwright.sync_api import Request, sync_playwright
from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.orm import Session

from service.database import tile_rollup
from service.database.migrate import upgrade
from service.database.session import engine_at
from service.settings import PROJECT_ROOT
from tests.benchmarks.large_county import DAY, SIDE_DEGREES, County, fill

_COUNTY: Final = County(code="130198", west=114.0, south=37.5, enterprises=1)
_PORT: Final = 8176
_TICKS: Final = os.sysconf("SC_CLK_TCK")
# As a prototype would write it: every point of the box, with its name, at every zoom.
_NAIVE: Final = text(
    """
    SELECT ST_AsMVT(tile, 'enterprises', 4096, 'geom') FROM (
        SELECT enterprise.id, enterprise.name, enterprise.product,
               ST_AsMVTGeom(ST_Transform(location.geometry, 3857),
                            ST_TileEnvelope(:z, :x, :y)) AS geom
        FROM location
        JOIN enterprise ON enterprise.county_code = location.county_code
                       AND enterprise.id = location.enterprise_id
        WHERE location.county_code = :county AND location.status = 'placed'
          AND location.level IN ('rooftop', 'road', 'village')
          AND location.geometry && ST_Transform(ST_TileEnvelope(:z, :x, :y), 4326)
    ) AS tile WHERE geom IS NOT NULL
    """
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One tile: seconds until it was there, bytes before compression, bytes sent."""

    seconds: float
    tile_bytes: int
    sent_bytes: int


def main(arguments: Sequence[str]) -> None:
    """Fill, build, serve, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database-url", required=True, help="A server to make databases on.")
    parser.add_argument("--enterprises", type=int, default=1_000_000)
    parser.add_argument("--clients", type=int, default=10)
    parser.add_argument("--keep", help="Name of a database to fill once and use again.")
    given = parser.parse_args(arguments)
    county = County(code="130198", west=114.0, south=37.5, enterprises=given.enterprises)
    with _database(given.database_url, county, given.keep) as (url, engine):
        _print_build(engine)
        with _served(url) as pid:
            _print_tiles(engine, pid, given.clients)
            _print_picture(given.enterprises)


@contextmanager
def _database(server: str, county: County, keep: str | None) -> Iterator[tuple[str, Engine]]:
    """Yield a filled database; one that is to be kept is filled the first time only."""
    name = keep or f"wangge_bench_{token_hex(4)}"
    url = make_url(server).set(database=name).render_as_string(hide_password=False)
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        known = text("SELECT 1 FROM pg_database WHERE datname = :name")
        is_there = connection.scalar(known, {"name": name}) is not None
        if not is_there:
            connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE template0'))
    engine = engine_at(url)
    try:
        upgrade(engine)
        if not is_there:
            started = time.perf_counter()
            fill(engine, county)
            _say(f"filled {county.enterprises:,} in {time.perf_counter() - started:.0f} s")
        yield url, engine
    finally:
        engine.dispose()
        with admin.connect() as connection:
            if keep is None:
                connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
        admin.dispose()


def _print_build(engine: Engine) -> None:
    with Session(engine) as session:
        tile_rollup.clear(session, _COUNTY.code)
        session.commit()
        pid = int(session.scalar(text("SELECT pg_backend_pid()")) or 0)
        cpu, started = _cpu(pid), time.perf_counter()
        tile_rollup.refresh(session, _COUNTY.code, DAY)
        session.commit()
        seconds = time.perf_counter() - started
        size = session.scalar(text("SELECT pg_size_pretty(pg_total_relation_size('tile_bin'))"))
    _say(f"counts by square: {seconds:.1f} s, {_cpu(pid) - cpu:.1f} CPU-s, {size}")


@contextmanager
def _served(url: str) -> Iterator[int]:
    """Serve the database in a process of its own; yield its number."""
    command = [sys.executable, "-m", "scripts.cli", "serve", "--port", str(_PORT)]
    environment = {**os.environ, "WANGGE_DATABASE_URL": url}
    process = subprocess.Popen(command, cwd=PROJECT_ROOT, env=environment)
    try:
        for _ in range(600):
            try:
                httpx.get(f"http://127.0.0.1:{_PORT}/api/v1/health", timeout=5)
                break
            except httpx.TransportError:
                time.sleep(0.1)
        yield process.pid
    finally:
        process.terminate()
        process.wait(timeout=30)


def _print_tiles(engine: Engine, pid: int, clients: int) -> None:
    _say(
        f"\n| zoom | tiles | uncached p50 / p95 ms, {clients} clients | CPU-ms a tile | "
        "warm p95 ms | worst kB | sent kB | naive worst ms | naive worst kB |\n" + "|---" * 9 + "|"
    )
    postmaster = _postmaster(engine)
    for z in (6, 8, 9, 10, 11, 12, 13, 14):
        addresses = _tiles_of(z)
        cpu = _cpu(pid) + _server_cpu(postmaster)
        cold = _asked(addresses, clients)
        cpu = _cpu(pid) + _server_cpu(postmaster) - cpu
        warm = _asked(addresses, clients)
        naive_ms, naive_kb = _naive(engine, addresses)
        times = sorted(one.seconds * 1000 for one in cold)
        worst = max(one.tile_bytes for one in cold) / 1000
        sent = max(one.sent_bytes for one in cold) / 1000
        _say(
            f"| {z} | {len(cold)} | {statistics.median(times):.0f} / {_p95(times):.0f} | "
            f"{1000 * cpu / len(cold):.0f} | {_p95([1000 * one.seconds for one in warm]):.0f} | "
            f"{worst:.0f} | {sent:.0f} | {naive_ms:.0f} | {naive_kb:.0f} |"
        )


def _tiles_of(z: int) -> list[str]:
    """Return addresses of tiles over the county; where they are few, with filters, all unlike."""
    first, last = (
        _at(_COUNTY.west, _COUNTY.south + SIDE_DEGREES, z),
        _at(_COUNTY.west + SIDE_DEGREES, _COUNTY.south, z),
    )
    places = [
        f"{z}/{x}/{y}.mvt"
        for x in range(first[0], last[0] + 1)
        for y in range(first[1], last[1] + 1)
    ]
    filters = ["", "?product=baijiu", "?product=cement", "?class=4", "?class=1&product=baijiu"]
    asked = [place + query for query in filters for place in places]
    return asked[:: max(1, len(asked) // 60)]


def _at(lon: float, lat: float, z: int) -> tuple[int, int]:
    x = (lon + 180) / 360 * 2**z
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * 2**z
    return int(x), int(y)


def _asked(addresses: Sequence[str], clients: int) -> list[Answer]:
    """Ask for all tiles, so many at a time."""
    base = f"http://127.0.0.1:{_PORT}/api/v1/tiles/enterprises/"
    with httpx.Client(base_url=base, timeout=120) as client, ThreadPoolExecutor(clients) as pool:

        def ask(address: str) -> Answer:
            started = time.perf_counter()
            answer = client.get(address)
            seconds = time.perf_counter() - started
            answer.raise_for_status()
            sent = int(answer.headers["content-length"])
            return Answer(seconds=seconds, tile_bytes=len(answer.content), sent_bytes=sent)

        return list(pool.map(ask, addresses))


def _naive(engine: Engine, addresses: Sequence[str]) -> tuple[float, float]:
    """Return milliseconds and kilobytes of the worst of the tiles by the plain statement."""
    worst_ms = worst_kb = 0.0
    with Session(engine) as session:
        for address in [one for one in addresses if "?" not in one][:12]:
            z, x, y = (int(part) for part in address.removesuffix(".mvt").split("/"))
            started = time.perf_counter()
            values = {"county": _COUNTY.code, "z": z, "x": x, "y": y}
            content = bytes(session.scalar(_NAIVE, values) or b"")
            worst_ms = max(worst_ms, 1000 * (time.perf_counter() - started))
            worst_kb = max(worst_kb, len(content) / 1000)
    return worst_ms, worst_kb


def _print_picture(enterprises: int) -> None:
    """Open the live map in Chromium with other hosts blocked; print when what is seen is there."""
    address = f"http://127.0.0.1:{_PORT}/api/v1/maps/hotspot?bare=true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        for which in ("first", "second"):
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            outside: list[str] = []

            def note(request: Request, seen: list[str] = outside) -> None:
                if "127.0.0.1" not in request.url:
                    seen.append(request.url)

            page.on("request", note)
            started = time.perf_counter()
            page.goto(address, wait_until="load", timeout=300_000)
            loaded = time.perf_counter() - started
            page.evaluate("wangge.tell('points', true)")
            page.locator(".wg-count strong").wait_for(timeout=60_000)
            seconds = time.perf_counter() - started
            said = page.locator(".wg-count").inner_text().replace("\n", " · ")
            size = len(page.content()) / 1e6
            _say(
                f"{which} opening at {enterprises:,}: map {loaded:.2f} s, enterprises drawn "
                f"{seconds:.2f} s, document {size:.2f} MB, other hosts {len(outside)}; {said}"
            )
            page.close()
        browser.close()


def _p95(values: Sequence[float]) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, math.ceil(0.95 * len(ordered)) - 1)]


def _stat(pid: int) -> list[str]:
    """Return the fields of /proc/PID/stat after the name: state, parent, …"""
    return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()


def _cpu(pid: int) -> float:
    """Return CPU-seconds of a process so far."""
    fields = _stat(pid)
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _server_cpu(postmaster: int) -> float:
    """Return CPU-seconds of a PostgreSQL so far: its processes, and those that have ended."""
    ended = _stat(postmaster)
    total = (int(ended[13]) + int(ended[14])) / _TICKS
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = _stat(int(folder.name))
        except OSError:
            continue
        if int(fields[1]) == postmaster:
            total += (int(fields[11]) + int(fields[12])) / _TICKS
    return total


def _postmaster(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(_stat(int(connection.scalar(text("SELECT pg_backend_pid()")) or 0))[1])


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
