"""What sets the project up says the same thing everywhere."""

import os
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts.check_files import problems
from scripts.start_arguments import parse
from service.settings import PROJECT_ROOT

SERVICES: dict[str, Any] = yaml.safe_load((PROJECT_ROOT / "docker-compose.yml").read_text())[
    "services"
]
WORKFLOW: dict[str, Any] = yaml.safe_load(
    (PROJECT_ROOT / ".github" / "workflows" / "ci.yml").read_text()
)


def _pins(lock: str) -> set[str]:
    text = (PROJECT_ROOT / lock).read_text()
    return set(re.findall(r"^([a-z0-9._-]+==[^ ]+)", text, flags=re.MULTILINE))


@pytest.mark.parametrize(
    ("larger", "smaller"),
    [
        ("requirements-dev.lock", "requirements.lock"),
        ("requirements-bench.lock", "requirements-dev.lock"),
    ],
)
def test_a_larger_lock_contains_the_smaller_one(larger: str, smaller: str) -> None:
    """The set-up skips the smaller one after the larger."""
    assert _pins(smaller)
    assert _pins(smaller) <= _pins(larger)


def test_ports_are_published_on_loopback_only() -> None:
    published = [port for service in SERVICES.values() for port in service.get("ports", [])]

    assert published
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_images_are_pinned() -> None:
    images = [service["image"] for service in SERVICES.values()]
    base = re.findall(r"^FROM (\S+)", (PROJECT_ROOT / "Dockerfile").read_text(), re.MULTILINE)

    assert all(re.search(r":\d+[\w.-]+$", image) for image in [*images, *base])


def test_the_application_waits_for_a_healthy_and_migrated_database() -> None:
    waits = SERVICES["app"]["depends_on"]

    assert waits["migrate"]["condition"] == "service_completed_successfully"
    assert SERVICES["migrate"]["depends_on"]["postgis"]["condition"] == "service_healthy"
    assert "healthcheck" in SERVICES["postgis"]


def test_files_that_compose_mounts_exist() -> None:
    mounts = [volume for service in SERVICES.values() for volume in service.get("volumes", [])]
    files = [mount.split(":")[0] for mount in mounts if mount.startswith(".")]

    assert files
    assert all((PROJECT_ROOT / file).is_file() for file in files)


def test_continuous_integration_goes_through_the_one_door() -> None:
    (job,) = WORKFLOW["jobs"].values()

    assert job["steps"][-1]["run"] == ".ci/run"


@pytest.mark.parametrize("script", ["scripts/run", "scripts/test", "scripts/bench", ".ci/run"])
def test_scripts_can_be_started(script: str) -> None:
    assert os.access(PROJECT_ROOT / script, os.X_OK)


def test_no_lock_names_where_packages_come_from() -> None:
    locks = [*PROJECT_ROOT.glob("*.lock"), PROJECT_ROOT / "package-lock.json"]

    assert not [
        lock.name for lock in locks if re.search(r'"resolved"|-index-url', lock.read_text())
    ]


def test_arguments_of_run() -> None:
    assert parse([]).serve
    assert parse(["--port", "8080", "--no-serve"]).port == 8080


@pytest.mark.parametrize("wrong", [["--port", "0"], ["--port", "web"], ["--serve"], ["extra"]])
def test_wrong_usage_of_run_ends_with_two(wrong: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parse(wrong)

    assert ended.value.code == 2


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"x = 1\n", []),
        (b"x = 1", ["does not end with one newline"]),
        (b"x" * 100_001 + b"\n", ["larger than 100 kB"]),
        (b"-----BEGIN " + b"PRIVATE KEY-----\n", ["holds a private key"]),
    ],
)
def test_files_that_do_not_belong_here(tmp_path: Path, content: bytes, expected: list[str]) -> None:
    path = tmp_path / "file.py"
    path.write_bytes(content)

    assert [problem.split(": ")[1] for problem in problems(path)] == expected
