"""What every command imports is compiled once, and no longer than its sources stay the same."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from scripts import setup_code
from scripts.setup_code import drop_stale_kernels, ensure_compiled
from service.settings import PROJECT_ROOT

# Prints the modules of packages that this process had to compile itself.
_UNCOMPILED = """
import sys
from importlib import import_module
from importlib.util import cache_from_source
from pathlib import Path
for name in sys.argv[1:]:
    import_module(name)
files = [getattr(module, "__file__", None) or "" for module in sys.modules.values()]
sources = [file for file in files if "site-packages" in file and file.endswith(".py")]
print(len(sources) > 200, [file for file in sources if not Path(cache_from_source(file)).exists()])
"""


def test_kernels_go_when_any_source_of_the_domain_changes(tmp_path: Path) -> None:
    venv = tmp_path / ".venv"
    scan = tmp_path / "service" / "domain" / "scan"
    compiled = scan / "__pycache__" / "sweep.hunt-1.py311.1.nbc"
    compiled.parent.mkdir(parents=True)
    venv.mkdir()
    source = scan / "rings.py"
    source.write_text("a = 1\n", encoding="utf-8")
    drop_stale_kernels(venv, tmp_path)

    compiled.write_bytes(b"machine code")
    drop_stale_kernels(venv, tmp_path)
    assert compiled.exists()

    source.write_text("a = 2\n", encoding="utf-8")
    drop_stale_kernels(venv, tmp_path)
    assert not compiled.exists()


@pytest.mark.parametrize(
    "module",
    ["scripts.clusters_file", "scripts.locate_file", "scripts.map_commands", "service.api.app"],
)
def test_no_command_compiles_a_package_again(module: str) -> None:
    found = subprocess.run(
        [sys.executable, "-c", _UNCOMPILED, "scripts.cli", module],
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    assert found.stdout.strip() == "True []"


def test_what_is_compiled_is_compiled_again_only_after_a_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    venv, source = _a_checkout(tmp_path)
    asked: list[list[str]] = []
    monkeypatch.setattr(setup_code, "run", lambda command, **_: asked.append(command[3:]))

    ensure_compiled(venv, tmp_path, kernels=False)
    ensure_compiled(venv, tmp_path, kernels=False)
    assert asked == [["modules"]]
    assert list(source.parent.glob("__pycache__/*.pyc"))

    ensure_compiled(venv, tmp_path, kernels=True)
    ensure_compiled(venv, tmp_path, kernels=True)
    assert asked == [["modules"], ["kernels"]]

    source.write_text("a = 2\n", encoding="utf-8")
    ensure_compiled(venv, tmp_path, kernels=False)
    ensure_compiled(venv, tmp_path, kernels=True)
    assert asked == [["modules"], ["kernels"], ["kernels"]]


def test_an_interrupted_compilation_is_done_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    venv, _ = _a_checkout(tmp_path)

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(setup_code, "run", stop)
    with pytest.raises(KeyboardInterrupt):
        ensure_compiled(venv, tmp_path, kernels=True)

    stamp = json.loads((venv / "wangge-stamp.json").read_text())
    assert set(stamp) == {"kernels"}


def _a_checkout(folder: Path) -> tuple[Path, Path]:
    """Return an environment (its Python is ours) and the only source of the checkout it is in."""
    venv, source = folder / ".venv", folder / "service" / "domain" / "rings.py"
    (venv / "bin").mkdir(parents=True)
    (venv / "bin" / "python").symlink_to(sys.executable)
    source.parent.mkdir(parents=True)
    source.write_text("a = 1\n", encoding="utf-8")
    (folder / "requirements.lock").write_text("numpy\n", encoding="utf-8")
    return venv, source
