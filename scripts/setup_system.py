"""What only the system's package manager can bring: PostGIS, Chromium, a Chinese font, venv."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from scripts.setup_console import Step, run, succeeds
from service.database.server_binaries import OLDEST_POSTGRES
from service.domain.errors import UnavailableError

# Debian's packages make a server of their own on port 5432, which nobody here asked for.
_NO_CLUSTER: Final = Path("/etc/postgresql-common/createcluster.d/wangge.conf")

_PACKAGES: Final = {
    "dnf": {
        "postgis": ["postgresql-server", "postgresql-contrib", "postgis"],
        "chromium": ["chromium"],
        "font": ["google-noto-sans-cjk-fonts"],
    },
    "brew": {"postgis": ["postgresql@17", "postgis"]},
}


def can_install() -> bool:
    """Tell whether packages can be installed without asking anyone."""
    return _installer() is not None


def install_postgis(current: Step) -> None:
    """Install PostgreSQL with PostGIS.

    Raises:
        UnavailableError: It cannot be installed here.
    """
    _install("postgis", current)


def install_chromium(current: Step) -> None:
    """Install a browser for the tests of pages and maps."""
    _install("chromium", current)


def install_chinese_font(current: Step) -> None:
    """Install a font that has Chinese, for screenshots and printed pages."""
    _install("font", current)


def install_venv(current: Step) -> None:
    """Install the module that Debian splits off Python."""
    _install("venv", current)


def _install(what: str, current: Step) -> None:
    installer = _installer()
    if installer is None:
        raise UnavailableError(f"{what} is missing and cannot be installed without root or sudo")
    manager, as_root = installer
    if manager == "apt-get":
        _apt_install(what, as_root, current)
        return
    packages = _PACKAGES[manager].get(what)
    if packages is None:
        raise UnavailableError(f"{what} is missing; {manager} does not bring it: install it first")
    yes = [] if manager == "brew" else ["-y"]
    run([*as_root, manager, "install", *yes, *packages], current=current)


def _installer() -> tuple[str, list[str]] | None:
    """Return the package manager and what to put before it to be root, or None."""
    if sys.platform == "darwin":
        return ("brew", []) if shutil.which("brew") else None
    manager = next((name for name in ("apt-get", "dnf") if shutil.which(name)), None)
    if manager is None:
        return None
    if os.geteuid() == 0:
        return manager, []
    if succeeds(["sudo", "-n", "true"]):
        return manager, ["sudo", "-n"]
    return None


def _apt_install(what: str, as_root: list[str], current: Step) -> None:
    environment = ["env", "DEBIAN_FRONTEND=noninteractive"]
    # Another package manager may be at work, as after a machine's first boot: wait for it.
    apt = [*as_root, *environment, "apt-get", "-o", "DPkg::Lock::Timeout=120"]
    try:
        run([*apt, "update"], current=current)
    except UnavailableError:
        # An old list of packages is worth a try: without a network they may be in the cache.
        current.note("the list of packages cannot be refreshed; trying the old one")
    packages = _apt_packages(what)
    with _no_server_of_its_own(as_root):
        run([*apt, "install", "-y", "--no-install-recommends", *packages], current=current)


def _apt_packages(what: str) -> list[str]:
    if what == "postgis":
        return [_newest_postgis()]
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    return {
        "chromium": ["chromium"],
        "font": ["fonts-noto-cjk"],
        "venv": [f"python{version}-venv"],
    }[what]


def _newest_postgis() -> str:
    pattern = r"^postgresql-[0-9]+-postgis-3$"
    found = subprocess.run(
        ["apt-cache", "search", "--names-only", pattern],  # noqa: S607 - found by _installer
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    versions = [int(number) for number in re.findall(r"^postgresql-(\d+)-", found, re.MULTILINE)]
    if not versions or max(versions) < OLDEST_POSTGRES:
        raise UnavailableError(
            f"the packages of this system have no PostgreSQL {OLDEST_POSTGRES}+ with PostGIS"
        )
    return f"postgresql-{max(versions)}-postgis-3"


@contextmanager
def _no_server_of_its_own(as_root: list[str]) -> Iterator[None]:
    """Keep Debian's PostgreSQL from making and starting a server while it is installed."""
    if _NO_CLUSTER.parent.with_name("createcluster.conf").exists():
        yield  # PostgreSQL was here before us: its owner has decided
        return
    write = f"mkdir -p {_NO_CLUSTER.parent} && echo create_main_cluster=false > {_NO_CLUSTER}"
    subprocess.run([*as_root, "sh", "-c", write], check=True)
    try:
        yield
    finally:
        subprocess.run([*as_root, "rm", "-f", str(_NO_CLUSTER)], check=False)
