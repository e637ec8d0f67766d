"""Compile once what every command would compile again; only the standard library is used.

A command imports a thousand modules. Compiled beforehand they load in a third of a second; where
Python may not write its bytecode (`PYTHONDONTWRITEBYTECODE`, a container, a folder of somebody
else's) each command would compile them again, which takes two seconds or more.
"""

import os
from pathlib import Path
from typing import Final

from scripts.setup_console import run, step, succeeds
from scripts.setup_python import python_of
from scripts.setup_stamp import digest, read_stamp, write_stamp

_FOLDERS: Final = ("gis_data", "maps", "scripts", "service")
_KERNELS: Final = "kernels"
_WARM: Final = "kernels compiled"
_PACKAGES: Final = "packages compiled"
_SOURCES: Final = "sources compiled"
# What `scripts.compile_code` calls them.
_PARTS: Final = {_PACKAGES: "modules", _WARM: "kernels"}


def ensure_compiled(venv: Path, root: Path, *, kernels: bool) -> None:
    """Compile our modules and those of the packages they import; what is compiled is kept.

    Args:
        venv: The environment, with all packages.
        root: The checkout.
        kernels: Also the machine code of the scans, so that the first question about a file
            need not wait for the compiler.
    """
    drop_stale_kernels(venv, root)
    stamp = read_stamp(venv)
    wanted = {
        _PACKAGES: digest([root / "requirements.lock"]),
        _SOURCES: digest(path for name in _FOLDERS for path in sorted((root / name).rglob("*.py"))),
    }
    if kernels:
        wanted[_WARM] = stamp[_KERNELS]
    missing = {name for name, value in wanted.items() if stamp.get(name) != value}
    parts = [part for name, part in _PARTS.items() if name in missing]
    if parts:
        with step(f"Compiling {' and '.join(parts)}") as current:
            command = [str(python_of(venv)), "-m", "scripts.compile_code", *parts]
            run(command, current=current, env=_writing_bytecode())
    if _SOURCES in missing:
        # Where nothing can be written, commands are slower and work as well.
        folders = [str(root / name) for name in _FOLDERS]
        succeeds([str(python_of(venv)), "-m", "compileall", "-q", *folders])
    if missing:
        write_stamp(venv, read_stamp(venv) | wanted)


def drop_stale_kernels(venv: Path, root: Path) -> None:
    """Delete compiled kernels when any source of the domain has changed.

    Numba looks at a kernel's own file only: one that calls a changed kernel would go on as it was.
    """
    domain = root / "service" / "domain"
    seen = digest(sorted(domain.rglob("*.py")))
    stamp = read_stamp(venv)
    if stamp.get(_KERNELS) != seen:
        for compiled in domain.rglob("__pycache__/*.nb[ci]"):
            compiled.unlink(missing_ok=True)
        write_stamp(venv, stamp | {_KERNELS: seen})


def _writing_bytecode() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
