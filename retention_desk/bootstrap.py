"""Make ``.venv`` beside manage.py on the first run and go on inside it. Standard library only.

An interpreter that already has Django is an operator's own environment and is left alone. Ours is brought up to date
when the lock or the declared dependencies have changed since it was made; a stamp in it says for what it was made.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
VENV = PROJECT / ".venv"
STAMP = "retention-desk.json"
OLDEST_PYTHON = (3, 11)

# What a command needs beyond the product itself. The embedded servers are always asked for: the first command that
# somebody runs should not decide what the next one can do.
BASE_EXTRAS = ("embedded",)
EXTRAS = {"test": ("embedded", "dev"), "check_all": ("embedded", "dev")}

# Set across the step into .venv, so that a broken environment ends in a sentence and not in a circle.
_INSIDE = "RETENTION_DESK_BOOTSTRAPPED"


class SetupFailed(Exception):
    """The environment could not be made; the text is one clear sentence for the person at the terminal."""


def ensure_environment(argv: Sequence[str], *, command: str) -> None:
    """Return when everything that ``command`` needs can be imported; may replace this process by one in ``.venv``.

    Ends the process with a sentence when that cannot be had.
    """
    try:
        _ensure(argv, EXTRAS.get(command, BASE_EXTRAS))
    except SetupFailed as failure:
        sys.exit(str(failure))


def _ensure(argv: Sequence[str], extras: Sequence[str]) -> None:
    if sys.version_info < OLDEST_PYTHON:
        found = ".".join(str(part) for part in sys.version_info[:3])
        raise SetupFailed(f"Retention Desk needs Python 3.11 or newer; this is Python {found}.")
    inside = Path(sys.prefix).resolve() == VENV.resolve()
    tried = os.environ.pop(_INSIDE, None)
    if not inside and importlib.util.find_spec("django") is not None:
        return
    with _alone():
        if not is_current(VENV, extras):
            install(extras)
    if not inside:
        if tried:
            raise SetupFailed(f"{VENV} does not work. Delete it and run the command again.")
        _step_inside(argv)


def wanted_stamp(extras: Sequence[str]) -> dict[str, str]:
    """Return, for each extra, a hash of everything that decides what is installed."""
    import tomllib  # noqa: PLC0415 (absent before Python 3.11, where the sentence above must still be printed)

    declared = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    mark = hashlib.sha256(json.dumps(declared, sort_keys=True).encode())
    mark.update((PROJECT / "uv.lock").read_bytes())
    mark.update(repr(sys.version_info[:2]).encode())
    return dict.fromkeys(extras, mark.hexdigest())


def is_current(venv: Path, extras: Sequence[str]) -> bool:
    """Say whether ``venv`` was made for the present lock, with these extras."""
    works = os.access(venv / "bin" / "python", os.X_OK)
    return works and wanted_stamp(extras).items() <= _stamp(venv).items()


def install(extras: Sequence[str]) -> None:
    """Bring ``.venv`` to what the lock says, with uv, or with pip where uv cannot be had."""
    _say("Setting up .venv; this happens once and takes half a minute ...")
    python = VENV / "bin" / "python"
    uv = shutil.which("uv")
    if not _runs([str(python), "-c", ""]):
        shutil.rmtree(VENV, ignore_errors=True)
        if uv is None or not _runs([uv, "venv", "--quiet", "--no-python-downloads", "--python", sys.executable, VENV]):
            _make_venv()
    uv = uv or _own_uv(python)
    if uv is None or not _runs(uv_command(uv, extras), show=True):
        requirements = "requirements-dev.txt" if "dev" in extras else "requirements.txt"
        _say("Installing with pip; with uv on PATH this would be faster ...")
        if not _runs(pip_command(python, requirements), show=True):
            raise SetupFailed("The dependencies could not be installed; the lines above say why.")
    (VENV / STAMP).write_text(json.dumps(_stamp(VENV) | wanted_stamp(extras)), encoding="utf-8")


def uv_command(uv: str, extras: Sequence[str]) -> list[str]:
    """Return the uv command that installs the lock. What is there in addition is left alone."""
    command = [uv, "sync", "--quiet", "--frozen", "--inexact", "--no-install-project", "--no-python-downloads"]
    for extra in extras:
        command += ["--extra", extra]
    return [*command, "--project", str(PROJECT)]


def pip_command(python: Path, requirements: str) -> list[str]:
    """Return the pip command that installs one of the hashed requirement files."""
    options = ["--quiet", "--disable-pip-version-check", "--no-compile", "--require-hashes"]
    return [str(python), "-m", "pip", "install", *options, "-r", str(PROJECT / ".ci" / requirements)]


def _stamp(venv: Path) -> dict[str, str]:
    try:
        found: dict[str, str] = json.loads((venv / STAMP).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found


def _make_venv() -> None:
    if importlib.util.find_spec("ensurepip") is None:
        version = f"{sys.version_info[0]}.{sys.version_info[1]}"
        raise SetupFailed(
            f"This Python has no ensurepip, so it cannot make a virtual environment. On Debian and Ubuntu: "
            f"apt install python{version}-venv"
        )
    done = subprocess.run([sys.executable, "-m", "venv", str(VENV)], capture_output=True, text=True, check=False)
    if done.returncode:
        shutil.rmtree(VENV, ignore_errors=True)
        raise SetupFailed(f"{VENV} could not be made:\n{(done.stderr or done.stdout).strip()}")


def _own_uv(python: Path) -> str | None:
    """Return the uv in ``.venv``, installed if need be, or None where it cannot be had."""
    uv = python.with_name("uv")
    if uv.exists() or _runs(pip_command(python, "requirements-uv.txt")):
        return str(uv)
    return None


def _runs(command: Sequence[str | Path], *, show: bool = False) -> bool:
    """Run a command in the project; say whether it worked. Its output is shown only with ``show``."""
    output = None if show else subprocess.DEVNULL
    try:
        done = subprocess.run(
            list(command), cwd=PROJECT, env=installer_environment(os.environ), stdout=output, stderr=output, check=False
        )
    except OSError:
        return False
    return done.returncode == 0


def installer_environment(given: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of the installers: our ``.venv``, and no cache where there is no home to keep it in."""
    environment = dict(given) | {"UV_PROJECT_ENVIRONMENT": str(VENV)}
    environment.pop("VIRTUAL_ENV", None)
    home = given.get("HOME", "")
    if not home or not os.access(home, os.W_OK):
        environment |= {"UV_NO_CACHE": "1", "PIP_NO_CACHE_DIR": "1"}
    return environment


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Wait until no other first start works on the same ``.venv``."""
    folder = os.open(PROJECT, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _step_inside(argv: Sequence[str]) -> None:
    python = str(VENV / "bin" / "python")
    os.environ[_INSIDE] = "1"
    sys.stdout.flush()
    sys.stderr.flush()
    os.execv(python, [python, str(PROJECT / "manage.py"), *argv[1:]])


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
