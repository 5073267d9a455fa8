"""Where the desk puts its sockets and its lock, and whom it does not trust."""

import os
from pathlib import Path

import pytest

from retention_desk.embedded.claim import AlreadyRunning, Claim, is_running
from retention_desk.embedded.places import (
    UnsafePlace,
    check_socket_path,
    data_directory,
    make_private,
    runtime_directory,
)


def test_private_directory_is_made_and_accepted_again(tmp_path: Path) -> None:
    made = make_private(tmp_path / "a" / "private")

    assert made.stat().st_mode & 0o777 == 0o700
    assert make_private(made) == made


def test_directory_open_to_others_is_refused(tmp_path: Path) -> None:
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o755)

    with pytest.raises(UnsafePlace, match="can be entered by other users"):
        make_private(tmp_path / "open")


def test_link_is_refused(tmp_path: Path) -> None:
    make_private(tmp_path / "real")
    (tmp_path / "link").symlink_to(tmp_path / "real")

    with pytest.raises(UnsafePlace, match="not a directory"):
        make_private(tmp_path / "link")


def test_directory_of_somebody_else_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_private(tmp_path / "theirs")
    monkeypatch.setattr(os, "geteuid", lambda: 4711)

    with pytest.raises(UnsafePlace, match="belongs to another user"):
        make_private(tmp_path / "theirs")


def test_sockets_stay_short_however_deep_the_data_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    deep = tmp_path.joinpath(*["a-rather-long-name"] * 12)

    first, second = runtime_directory(deep), runtime_directory(deep / "other")

    assert first != second
    assert first == runtime_directory(deep)
    assert len(str(first)) < 80
    first.rmdir()
    second.rmdir()


def test_too_long_socket_path_is_refused_with_a_cure() -> None:
    with pytest.raises(UnsafePlace, match="set TMPDIR"):
        check_socket_path(Path("/" + "x" * 120))


def test_data_directory_is_named_by_option_then_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESK_DATA", "/srv/desk")
    assert data_directory("/elsewhere") == Path("/elsewhere")
    assert data_directory() == Path("/srv/desk")

    monkeypatch.delenv("DESK_DATA")
    assert data_directory().name == ".desk"


def test_second_claim_is_refused_and_names_the_first(tmp_path: Path) -> None:
    assert not is_running(tmp_path)
    first = Claim(tmp_path, url="http://127.0.0.1:8000/")

    with pytest.raises(AlreadyRunning) as refused:
        Claim(tmp_path, url="http://127.0.0.1:9000/")
    assert (refused.value.url, refused.value.pid) == ("http://127.0.0.1:8000/", os.getpid())
    assert is_running(tmp_path)

    first.release()
    assert not is_running(tmp_path)
    Claim(tmp_path, url="http://127.0.0.1:9000/").release()
