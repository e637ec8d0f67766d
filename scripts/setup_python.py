"""The virtual environment and the locked packages in it; only the standard library is used."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from scripts import setup_system
from scripts.setup_console import Step, run, step, succeeds
from scripts.setup_stamp import digest, read_stamp, write_stamp
from service.domain.errors import UnavailableError

_VENV: Final = ".venv"
_NEEDED_MB: Final = 2500

# A lock that contains another one: what installed the first has installed the second.
_CONTAINS: Final = {
    "requirements-bench.lock": "requirements-dev.lock",
    "requirements-dev.lock": "requirements.lock",
}


def ensure_environment(root: Path, *, lock: str) -> Path:
    """Bring the virtual environment in line with a lock file, and return its Python.

    What is already there is kept: a second start only compares check sums.

    Args:
        root: The checkout.
        lock: `requirements.lock`, or the larger one of the tests.
    """
    venv = root / _VENV
    if not _usable(venv):
        _require_space(root)
        with step("Python environment in .venv") as current:
            _make(venv, current)
    stamp = read_stamp(venv)
    if stamp.get(lock) != digest([root / lock]):
        _require_space(root)
        with step(f"Python packages of {lock}") as current:
            install_lock(venv, root / lock, current)
        stamp |= {name: digest([root / name]) for name in _contained(lock)}
        write_stamp(venv, stamp)
    if stamp.get("pyproject.toml") != digest([root / "pyproject.toml"]):
        with step("The wangge command") as current:
            _install_project(venv, root, current)
        write_stamp(venv, stamp | {"pyproject.toml": digest([root / "pyproject.toml"])})
    return python_of(venv)


def python_of(venv: Path) -> Path:
    """Return the Python of a virtual environment."""
    return venv / "bin" / "python"


def install_lock(venv: Path, lock: Path, current: Step) -> None:
    """Install what a lock file names, each file checked against its hash."""
    # The lock is complete, so nothing is resolved (--no-deps), and nothing is built on the spot.
    options = ["--no-deps", "--require-hashes", "--only-binary", ":all:", "--progress-bar", "off"]
    # Most of their modules are never used; those that are get compiled by `setup_code`.
    run([*_pip(venv), "install", *options, "--no-compile", "-r", str(lock)], current=current)


def _usable(venv: Path) -> bool:
    """Tell whether an environment can be used as it is: complete, supported, and not moved."""
    check = "import sys; sys.exit(sys.version_info < (3, 11))"
    stamp = read_stamp(venv)
    return stamp.get("folder") == str(venv) and succeeds([str(python_of(venv)), "-c", check])


def _make(venv: Path, current: Step) -> None:
    if succeeds([sys.executable, "-m", "venv", "--clear", str(venv)]):
        pass
    elif not _make_without_pip(venv, current):
        # Debian's Python: the part that makes environments is a package of its own.
        setup_system.install_venv(current)
        run([sys.executable, "-m", "venv", "--clear", str(venv)], current=current)
    write_stamp(venv, {"folder": str(venv)})


def _make_without_pip(venv: Path, current: Step) -> bool:
    """Make an environment for a pip from outside it; tell whether there is one."""
    current.note("this Python comes without ensurepip; looking for another pip")
    made = succeeds([sys.executable, "-m", "venv", "--without-pip", "--clear", str(venv)])
    if made and any(True for _ in _pips(venv)):
        return True
    shutil.rmtree(venv, ignore_errors=True)
    if not setup_system.can_install():
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise UnavailableError(
            f"{sys.executable} can make no environment: install its venv module, for example "
            f"with `apt-get install python{version}-venv`, or pip; then start again"
        )
    return False


def _pip(venv: Path) -> list[str]:
    """Return how to call a pip that installs into an environment."""
    pip = next(_pips(venv), None)
    if pip is None:
        raise UnavailableError(f"no pip for {venv}: delete that folder and start again")
    return [*pip, "--disable-pip-version-check", "--no-input"]


def _pips(venv: Path) -> Iterator[list[str]]:
    """Return each pip that works, the environment's own first."""
    inside = [str(python_of(venv)), "-m", "pip"]
    outside = [sys.executable, "-m", "pip", "--python", str(python_of(venv))]
    wheels = sorted(Path("/usr/share/python-wheels").glob("pip-*.whl"), reverse=True)
    from_wheels = [[str(python_of(venv)), f"{wheel}/pip"] for wheel in wheels]
    for pip in (inside, outside, *from_wheels):
        if succeeds([*pip, "--version"]):
            yield pip


def _install_project(venv: Path, root: Path, current: Step) -> None:
    options = ["--no-deps", "--no-build-isolation", "--no-index", "--editable"]
    run([*_pip(venv), "install", *options, str(root)], current=current)


def _require_space(root: Path) -> None:
    free_mb = shutil.disk_usage(root).free // 1_000_000
    if free_mb < _NEEDED_MB:
        raise UnavailableError(
            f"only {free_mb} MB are free at {root}, and the Python packages need {_NEEDED_MB} MB"
        )


def _contained(lock: str) -> Iterator[str]:
    name: str | None = lock
    while name is not None:
        yield name
        name = _CONTAINS.get(name)
