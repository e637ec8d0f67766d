"""`scripts/run` as a newcomer meets it: set up, served, stopped, quick the second time."""

import json
import os
import signal
import socket
import subprocess
import time
from pathlib import Path

import httpx
import pytest

from service.settings import PROJECT_ROOT

RUN = PROJECT_ROOT / "scripts" / "run"
PATIENCE_S = 900


@pytest.fixture(scope="module")
def surroundings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return an environment with a home of its own and no database but the private one."""
    home = tmp_path_factory.mktemp("home")
    kept = {key: value for key, value in os.environ.items() if not key.startswith("WANGGE_")}
    return {**kept, "WANGGE_HOME": str(home)}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number


def run(surroundings: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(RUN), *arguments],
        env=surroundings,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


def postgres_of(home: str) -> list[str]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                command = (entry / "cmdline").read_bytes().decode(errors="replace")
            except OSError:
                continue
            if "postgres" in command and home in command:
                found.append(command)
    return found


def test_it_computes_everything_then_serves_and_stops_cleanly(
    surroundings: dict[str, str],
) -> None:
    done = run(surroundings, "--no-serve")
    assert done.returncode == 0, done.stdout + done.stderr
    home = Path(surroundings["WANGGE_HOME"])
    for kind in ("hotspot", "coverage", "cell"):
        page = home / "maps" / f"{kind}.html"
        assert page.stat().st_size > 100_000
        assert "青石县" in page.read_text(encoding="utf-8")

    again = run(surroundings, "--no-serve")
    assert again.returncode == 0
    assert "nothing to do" in again.stdout
    assert "Clusters" not in again.stdout

    port = free_port()
    with subprocess.Popen(
        [str(RUN), "--port", str(port)],
        env=surroundings,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as serving:
        try:
            address = f"http://127.0.0.1:{port}"
            assert json.loads(answer(f"{address}/api/v1/health"))
            assert "青石县" in answer(f"{address}/")
            assert computed_beside(address)["state"] == "succeeded"
            taken = run(surroundings, "--port", str(port))
            assert taken.returncode == 1
            assert "--port" in taken.stderr + taken.stdout
        finally:
            serving.send_signal(signal.SIGINT)
            output, _ = serving.communicate(timeout=60)
    assert serving.returncode == 0, output
    assert "Fatal" not in output
    assert f"127.0.0.1:{port}" in output
    assert postgres_of(surroundings["WANGGE_HOME"]) == []


def test_wrong_usage_is_exit_code_two(surroundings: dict[str, str]) -> None:
    assert run(surroundings, "--fly").returncode == 2


def computed_beside(address: str) -> dict[str, object]:
    """Ask for a scan of a few points, and return how it stands once the worker has ended it."""
    points = [{"x": n % 9, "y": n // 9, "cases": int(n < 12), "population": 1} for n in range(81)]
    body = {"source": "points", "points": points, "options": {"model": "bernoulli"}}
    asked = httpx.post(f"{address}/api/v1/clusters/runs", json=body, timeout=30)
    deadline = time.monotonic() + PATIENCE_S
    while True:
        told: dict[str, object] = json.loads(answer(address + asked.json()["url"]))
        if told["state"] not in ("queued", "running") or time.monotonic() > deadline:
            return told
        time.sleep(0.2)


def answer(url: str) -> str:
    """Return what a page answers once it does."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            return httpx.get(url, timeout=30, follow_redirects=True).raise_for_status().text
        except httpx.TransportError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
