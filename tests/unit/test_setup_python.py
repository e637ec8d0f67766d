"""Compiled kernels do not outlive the sources they call."""

from pathlib import Path

from scripts.setup_python import drop_stale_kernels


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
