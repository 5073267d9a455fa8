"""Where files of an intake lie: uploads under the data directory, one folder a run, and refusals beside them.

The rule of deletion: what was uploaded goes as soon as the run has succeeded, its refusals after KEPT_REFUSALS days;
files of a run that did not succeed stay for KEPT_UPLOADS days, so that it can be started again, and then go too.
"""

import datetime as dt
import re
import shutil
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings

from customers.intake.inspecting import LARGEST_FILE, told_size
from customers.intake.mapping import LARGEST_MAPPING
from customers.intake.trouble import IntakeTrouble

KEPT_UPLOADS = dt.timedelta(days=7)
KEPT_REFUSALS = dt.timedelta(days=30)
REFUSALS = "refusals.csv"


def folder_of(run_id: int) -> Path:
    """The folder of a run; it holds customers' data and is readable by the desk's own user only."""
    return Path(settings.DATA_DIR) / "intake" / str(run_id)


def keep_upload(*, run_id: int, name: str, chunks: Iterable[bytes]) -> dict[str, object]:
    """Write one uploaded file into the run's folder; answers what the run's row keeps of it. Raises IntakeTrouble."""
    folder = folder_of(run_id)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    shown = plain_name(name)
    place = len([path for path in folder.iterdir() if path.name != REFUSALS])
    path, size = folder / f"{place}-{shown}", 0
    with path.open("wb") as file:
        path.chmod(0o600)
        for chunk in chunks:
            size += len(chunk)
            if size > LARGEST_FILE:
                raise IntakeTrouble(
                    "TOO_BIG", file=shown, size=f"over {told_size(LARGEST_FILE)}", limit=told_size(LARGEST_FILE)
                )
            file.write(chunk)
    return {"name": shown, "path": path.name, "bytes": size}


def plain_name(name: str) -> str:
    """The last part of a name with harmless letters only."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return re.sub(r"[^\w .()+-]", "_", last).strip(". ")[-100:] or "file.csv"


def forget_uploads(run_id: int) -> None:
    """Delete a run's uploaded files; its refusals stay."""
    folder = folder_of(run_id)
    if folder.is_dir():
        for path in folder.iterdir():
            if path.name != REFUSALS:
                path.unlink(missing_ok=True)


def forget_all(run_id: int) -> None:
    """Delete a run's folder with everything in it."""
    shutil.rmtree(folder_of(run_id), ignore_errors=True)


def refusals_beside(first: Path) -> Path:
    """Where refused rows of a command are told: beside the first file, or here where that folder cannot be written."""
    beside = first.with_name(f"{first.stem}.refusals.csv")
    try:
        with beside.open("a", encoding="utf-8"):
            pass
    except OSError:
        return Path(f"{first.stem}.refusals.csv")
    return beside


def read_mapping_file(path: Path) -> str:
    """The text of a mapping file. Raises IntakeTrouble."""
    try:
        data = path.read_bytes() if path.stat().st_size <= LARGEST_MAPPING else None
    except FileNotFoundError:
        raise IntakeTrouble("NOT_FOUND", file=path.name) from None
    except IsADirectoryError:
        raise IntakeTrouble("DIRECTORY", file=path.name) from None
    except OSError as error:
        raise IntakeTrouble("UNREADABLE", file=path.name, why=error.strerror or str(error)) from None
    if data is None:
        raise IntakeTrouble("TOO_BIG", file=path.name, size="more", limit=told_size(LARGEST_MAPPING))
    return mapping_text(data, path.name)


def mapping_text(data: bytes, name: str) -> str:
    """The text of a mapping's bytes. Raises IntakeTrouble."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise IntakeTrouble("MAPPING_NOT_TOML", file=name, why="it is not UTF-8 text") from None
