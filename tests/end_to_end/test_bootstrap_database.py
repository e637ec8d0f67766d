"""The private PostGIS: started for whoever needs it, stopped behind the last one."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from scripts.database_commands import db_app
from service.database import server, server_layout, server_process
from service.database.server_binaries import WAYS_FORWARD
from service.database.session import engine_for, open_session
from service.domain.errors import UnavailableError
from service.settings import PROJECT_ROOT, Settings


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """Return the settings of a home of its own (as root: one that root alone enters)."""
    monkeypatch.delenv("WANGGE_DATABASE_URL", raising=False)
    monkeypatch.setenv("WANGGE_HOME", str(tmp_path / "home"))
    settings = Settings(_env_file=None)
    yield settings
    server.discard(settings)


def test_whoever_leaves_last_stops_the_database(settings: Settings) -> None:
    with server.running(settings):
        with server.running(settings):
            pass
        assert server.status(settings).running

    assert not server.status(settings).running


def test_the_database_is_reached_by_its_socket_alone(settings: Settings) -> None:
    with open_session(settings, commit=False) as session:
        assert session.scalar(text("SHOW listen_addresses")) == ""
        assert session.scalar(text("SHOW jit")) == "off"
        assert session.scalar(text("SHOW data_checksums")) == "on"
        assert session.scalar(text("SHOW fsync")) == "on"
        assert session.scalar(text("SHOW lc_collate")) in ("C.UTF-8", "C")


def test_the_server_is_not_root(settings: Settings) -> None:
    with server.running(settings):
        layout = server_layout.existing(settings.home)

    assert layout is not None
    assert layout.uid != 0
    assert layout.folder.stat().st_mode & 0o077 == 0


def test_a_session_is_kept_only_when_asked(settings: Settings) -> None:
    for commit in (True, False):
        with open_session(settings, commit=commit) as session:
            session.execute(text(f"CREATE TABLE kept_{commit} ()"))

    with open_session(settings, commit=False) as session:
        assert session.scalar(text("SELECT to_regclass('kept_true') IS NOT NULL"))
        assert session.scalar(text("SELECT to_regclass('kept_false') IS NULL"))


def test_the_database_comes_back_after_it_was_killed(settings: Settings) -> None:
    with server.running(settings):
        os.kill(_server_pid(settings), signal.SIGKILL)

    with server.running(settings):
        assert server.status(settings).running


def test_a_number_that_now_belongs_to_another_process_does_not_bar_the_start(
    settings: Settings,
) -> None:
    with server.running(settings):
        layout = server_layout.existing(settings.home)
        assert layout is not None
        lock = (layout.data / "postmaster.pid").read_text().splitlines()
    with subprocess.Popen(["/bin/sleep", "60"], cwd="/", **layout.as_owner) as stranger:
        (layout.data / "postmaster.pid").write_text("\n".join([str(stranger.pid), *lock[1:]]))
        with server.running(settings):
            assert _server_pid(settings) != stranger.pid
        stranger.kill()


def test_a_user_that_is_killed_does_not_keep_the_database_running(settings: Settings) -> None:
    program = (
        "import os, signal\n"
        "from service.database import server\n"
        "from service.settings import Settings\n"
        "with server.running(Settings()):\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    killed = subprocess.run([sys.executable, "-c", program], check=False, cwd=PROJECT_ROOT)
    assert killed.returncode == -signal.SIGKILL
    assert server.status(settings).running

    with server.running(settings):
        pass

    assert not server.status(settings).running


def test_a_home_with_a_long_name_gets_a_short_socket(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_layout, "SYSTEM_FOLDER", tmp_path)
    folder = tmp_path / ("long" * 40)
    layout = server_layout.Layout(home=tmp_path, folder=folder, uid=1, gid=1)

    socket_path = layout.sockets / server_layout.SOCKET_NAME

    assert len(os.fsencode(socket_path)) <= server_layout.LONGEST_SOCKET_PATH


def test_a_nearly_full_disk_is_refused_before_anything_is_made(settings: Settings) -> None:
    full = settings.model_copy(update={"free_space_floor_mb": 10**12})

    with (
        pytest.raises(UnavailableError, match="WANGGE_FREE_SPACE_FLOOR_MB"),
        server.running(full),
    ):
        pass

    assert not settings.home.exists()


def test_a_missing_postgis_names_the_ways_forward(settings: Settings, tmp_path: Path) -> None:
    bare = settings.model_copy(update={"postgres_bin": tmp_path})

    with (
        pytest.raises(UnavailableError, match="WANGGE_DATABASE_URL=postgresql"),
        server.running(bare),
    ):
        pass

    assert WAYS_FORWARD.count("(") >= 3


def test_an_engine_starts_nothing(settings: Settings) -> None:
    with pytest.raises(UnavailableError, match="wangge db start"):
        engine_for(settings)

    assert not settings.home.exists()


def test_the_commands_tell_one_story(settings: Settings, tmp_path: Path) -> None:
    """Start, migrate, check, back up, lose, restore, stop: each by its command."""
    archive = tmp_path / "county.dump"
    assert "database runs" in _wangge_db("start")
    assert "applied: 0001" in _wangge_db("migrate")
    assert "0 migrations applied" in _wangge_db("migrate")
    assert "BAD" not in _wangge_db("check")
    assert "wrote" in _wangge_db("backup", str(archive))
    assert "exists already" in _wangge_db("backup", str(archive), code=1)
    with open_session(settings, commit=True) as session:
        session.execute(text("DROP TABLE alembic_version"))
    assert "BAD every migration is applied" in _wangge_db("check", code=1)
    assert "restored" in _wangge_db("restore", str(archive), "--yes")
    assert "BAD" not in _wangge_db("check")
    assert "running   yes" in _wangge_db("status")
    assert "is stopped" in _wangge_db("stop")
    assert "was not running" in _wangge_db("stop")
    assert not server.status(settings).running


@pytest.mark.usefixtures("settings")
def test_a_file_that_is_no_backup_is_refused(tmp_path: Path) -> None:
    wrong = tmp_path / "register.csv"
    wrong.write_text("name,address\n")

    assert "no archive" in _wangge_db("restore", str(wrong), "--yes", code=1)
    assert "does not exist" in _wangge_db("restore", str(tmp_path / "none"), "--yes", code=1)


def _wangge_db(*arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(db_app, list(arguments))
    assert result.exit_code == code, result.output
    return result.output


def _server_pid(settings: Settings) -> int:
    layout = server_layout.existing(settings.home)
    assert layout is not None
    assert server_process.answers(layout)
    return int((layout.data / "postmaster.pid").read_text().splitlines()[0])
