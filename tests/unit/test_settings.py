"""Settings say what they are, and `.env.example` says it too."""

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from service.settings import PROJECT_ROOT, Settings

EXAMPLE = (PROJECT_ROOT / ".env.example").read_text(encoding="utf-8")
EXAMPLE_VALUES = dict(re.findall(r"^(WANGGE_[A-Z_]+)=(.*)$", EXAMPLE, flags=re.MULTILINE))


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in EXAMPLE_VALUES:
        monkeypatch.delenv(name, raising=False)


def test_the_example_names_every_setting_and_no_other() -> None:
    assert set(EXAMPLE_VALUES) == {f"WANGGE_{name.upper()}" for name in Settings.model_fields}


def test_the_example_shows_the_defaults() -> None:
    example = Settings(_env_file=PROJECT_ROOT / ".env.example")

    assert example == Settings(_env_file=None)


def test_each_line_of_the_example_is_explained() -> None:
    blocks = EXAMPLE.strip().split("\n\n")[1:]

    assert all(block.startswith("# ") for block in blocks)


def test_a_home_is_the_same_from_wherever_a_command_is_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WANGGE_HOME", "elsewhere")

    assert Settings(_env_file=None).home == PROJECT_ROOT / "elsewhere"


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_a_database_is_reached_through_psycopg(
    monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    monkeypatch.setenv("WANGGE_DATABASE_URL", f"{scheme}://host/name")

    assert Settings(_env_file=None).database_url == "postgresql+psycopg://host/name"


def test_another_kind_of_database_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WANGGE_DATABASE_URL", "mysql://host/name")

    with pytest.raises(ValidationError, match="WANGGE_DATABASE_URL must start with postgresql"):
        Settings(_env_file=None)


def test_secrets_do_not_show_when_settings_are_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WANGGE_DATABASE_URL", "postgresql://user:hidden-1@host/name")
    monkeypatch.setenv("WANGGE_TIANDITU_KEY", "hidden-2")

    assert "hidden" not in repr(Settings(_env_file=None))


def test_settings_never_change() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Settings(_env_file=None).port = 1  # type: ignore[misc] # the point of the test
