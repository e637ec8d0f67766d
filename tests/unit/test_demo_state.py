"""The demo county is as good as what computed it: a change of that is seen, nothing else is."""

from pathlib import Path

import pytest

from scripts import demo_state
from scripts.demo_state import makers_digest
from service.settings import PROJECT_ROOT, Settings


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for name in ("service/domain/gaps.py", "maps/css/map.css", "gis_data/demo/facts.py"):
        _write(tmp_path / name, "before")
    _write(tmp_path / "requirements.lock", "numpy==1")
    return tmp_path


@pytest.mark.parametrize(
    "name",
    ["service/domain/gaps.py", "maps/css/map.css", "gis_data/demo/facts.py", "requirements.lock"],
)
def test_a_change_of_what_computes_it_is_seen(checkout: Path, name: str) -> None:
    before = makers_digest(checkout)

    _write(checkout / name, "after")

    assert makers_digest(checkout) != before


@pytest.mark.parametrize(
    "name",
    [
        "service/api/app.py",
        "docs/architecture.md",
        "maps/output/hotspot.html",
        "service/domain/__pycache__/gaps.cpython-311.pyc",
    ],
)
def test_what_computes_nothing_of_it_changes_nothing(checkout: Path, name: str) -> None:
    before = makers_digest(checkout)

    _write(checkout / name, "new")

    assert makers_digest(checkout) == before


def test_what_stands_there_of_another_version_is_not_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(_env_file=None, home=tmp_path)
    monkeypatch.setattr(demo_state, "is_computed", lambda _: True)
    assert not demo_state.is_done(settings)

    demo_state.remember(settings)
    assert demo_state.is_done(settings)

    monkeypatch.setattr(demo_state, "makers_digest", lambda _: "of another version")
    assert not demo_state.is_done(settings)


def test_every_part_that_computes_is_looked_at() -> None:
    for name in (*demo_state.MAKERS, *demo_state.FILES):
        assert (PROJECT_ROOT / name).exists()


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
