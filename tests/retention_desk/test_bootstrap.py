"""The first start from a bare checkout: one environment, made once, with what the command needs."""

import json
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from retention_desk import bootstrap

ROOT = Path(settings.BASE_DIR)
# The Python below our environment, which has no packages of its own when it is started with -S.
BASE_PYTHON: str = sys._base_executable  # type: ignore[attr-defined]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A bare checkout: the files that a first start reads, and no environment."""
    folder = tmp_path / "desk"
    folder.mkdir()
    for name in ("manage.py", "pyproject.toml", "uv.lock"):
        shutil.copy(ROOT / name, folder)
    shutil.copytree(ROOT / ".ci", folder / ".ci")
    shutil.copytree(ROOT / "retention_desk", folder / "retention_desk", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


@pytest.fixture
def uv(tmp_path: Path) -> Path:
    """A stand-in for the network: a uv that notes its calls and installs a Django that only says where it is."""
    folder = tmp_path / "bin"
    folder.mkdir()
    script = folder / "uv"
    script.write_text(
        f"""#!/bin/sh
echo "$@" >> {tmp_path}/calls
case "$1" in
  venv) exec {BASE_PYTHON} -m venv --without-pip "$UV_PROJECT_ENVIRONMENT" ;;
  sync) [ -e {tmp_path}/broken ] && exit 2
        packages="$(echo "$UV_PROJECT_ENVIRONMENT"/lib/python3*/site-packages)"
        mkdir -p "$packages/django/core/management" && touch "$packages/django/__init__.py"
        printf 'import sys\ndef execute_from_command_line(argv): print(sys.prefix, *argv[1:])\n' \
          > "$packages/django/core/management/__init__.py" ;;
esac
""",
        encoding="utf-8",
    )
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    return script


def start(checkout: Path, *arguments: str, path: str = "", home: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run ``python3 manage.py`` in an almost empty environment with a Python that has no packages of its own."""
    environment = {"PATH": f"{path}:/usr/bin:/bin", "LANG": "C.UTF-8"} | ({"HOME": home} if home else {})
    return subprocess.run(
        [BASE_PYTHON, "-S", "manage.py", *arguments],
        cwd=checkout,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def calls(tmp_path: Path) -> list[str]:
    file = tmp_path / "calls"
    return file.read_text(encoding="utf-8").splitlines() if file.exists() else []


def test_first_start_makes_the_environment_and_goes_on_inside(checkout: Path, uv: Path, tmp_path: Path) -> None:
    first = start(checkout, "version", path=str(uv.parent))
    second = start(checkout, "version", path=str(uv.parent))

    assert (first.returncode, first.stdout) == (second.returncode, second.stdout)
    assert first.stdout == f"{checkout / '.venv'} version\n", first.stderr
    assert "Setting up .venv" in first.stderr
    assert second.stderr == ""
    assert [call.split()[0] for call in calls(tmp_path)] == ["venv", "sync"]
    assert "--frozen" in calls(tmp_path)[1]
    assert "--extra embedded" in calls(tmp_path)[1]
    assert "--extra dev" not in calls(tmp_path)[1]


def test_tests_ask_for_more_than_the_desk(checkout: Path, uv: Path, tmp_path: Path) -> None:
    start(checkout, "version", path=str(uv.parent))

    start(checkout, "check_all", "translations", path=str(uv.parent))
    start(checkout, "version", path=str(uv.parent))

    assert len(calls(tmp_path)) == 3
    assert "--extra embedded --extra dev" in calls(tmp_path)[2]


def test_changed_lock_brings_the_environment_up_to_date(checkout: Path, uv: Path, tmp_path: Path) -> None:
    start(checkout, "version", path=str(uv.parent))
    with (checkout / "uv.lock").open("a", encoding="utf-8") as lock:
        lock.write("\n# another\n")

    start(checkout, "version", path=str(uv.parent))

    assert [call.split()[0] for call in calls(tmp_path)] == ["venv", "sync", "sync"]


def test_changed_tool_settings_change_nothing(checkout: Path, uv: Path, tmp_path: Path) -> None:
    start(checkout, "version", path=str(uv.parent))
    with (checkout / "pyproject.toml").open("a", encoding="utf-8") as project:
        project.write("\n[tool.something]\nline = 1\n")

    start(checkout, "version", path=str(uv.parent))

    assert len(calls(tmp_path)) == 2


def test_failed_installation_is_a_sentence_and_leaves_no_stamp(checkout: Path, uv: Path, tmp_path: Path) -> None:
    (tmp_path / "broken").touch()

    done = start(checkout, "version", path=str(uv.parent))

    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("The dependencies could not be installed")
    assert "Traceback" not in done.stderr
    assert not (checkout / ".venv" / bootstrap.STAMP).exists()


def test_broken_environment_ends_in_a_sentence_and_not_in_a_circle(checkout: Path, uv: Path) -> None:
    start(checkout, "version", path=str(uv.parent))
    python = checkout / ".venv" / "bin" / "python"
    python.unlink()
    python.write_text(f'#!/bin/sh\nexec {BASE_PYTHON} -S "$@"\n', encoding="utf-8")
    python.chmod(0o755)

    done = start(checkout, "version", path=str(uv.parent))

    assert done.returncode == 1
    assert "Delete it" in done.stderr


def test_python_without_ensurepip_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(bootstrap, "VENV", tmp_path / ".venv")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setitem(sys.modules, "ensurepip", None)

    with pytest.raises(bootstrap.SetupFailed, match=r"apt install python3\.\d+-venv"):
        bootstrap.install(["embedded"])


def test_old_python_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))

    with pytest.raises(SystemExit, match=r"needs Python 3\.11 or newer; this is Python 3\.9\.2"):
        bootstrap.ensure_environment(["manage.py"], command="desk")


def test_no_home_means_no_cache(tmp_path: Path) -> None:
    assert bootstrap.installer_environment({"PATH": "/bin"})["UV_NO_CACHE"] == "1"
    assert "UV_NO_CACHE" not in bootstrap.installer_environment({"HOME": str(tmp_path)})
    assert "VIRTUAL_ENV" not in bootstrap.installer_environment({"VIRTUAL_ENV": "/elsewhere"})


def test_pip_installs_by_hash_only() -> None:
    command = bootstrap.pip_command(Path("python"), "requirements.txt")

    assert "--require-hashes" in command
    assert Path(command[-1]).exists()


def test_stamp_of_another_lock_is_not_current(tmp_path: Path) -> None:
    venv = tmp_path / ".venv"
    (venv / "bin").mkdir(parents=True)
    (venv / "bin" / "python").symlink_to(sys.executable)
    assert not bootstrap.is_current(venv, ["embedded"])

    (venv / bootstrap.STAMP).write_text(json.dumps({"embedded": "old"}), encoding="utf-8")
    assert not bootstrap.is_current(venv, ["embedded"])

    (venv / bootstrap.STAMP).write_text(json.dumps(bootstrap.wanted_stamp(["embedded"])), encoding="utf-8")
    assert bootstrap.is_current(venv, ["embedded"])
    assert not bootstrap.is_current(venv, ["embedded", "dev"])
