"""The benchmark of event streams at its smallest, on the tests' servers: every line is measured, nothing is lost."""

import os
import re
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connections

from retention_desk.bench.live import run
from tests.builders import make_team

LINES = (
    "Q: one-query page, no stream",
    "Q beside 20 acts a second, no stream",
    "Q, all streams open",
    "a status, to 20 supervisors",
    "news, to all 6",
    "Q beside 20 acts a second, all streams open",
)


def test_bench_measures_every_line_and_loses_nothing(
    live_environment: dict[str, str], transactional_db: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_team()
    owner = urlsplit(os.environ["DATABASE_OWNER_URL"])._replace(path=f"/{connections['owner'].settings_dict['NAME']}")
    environment = live_environment | {"DATABASE_OWNER_URL": urlunsplit(owner), "DESK_PROCESS": "command"}

    # Streams, statuses, news, pages.
    code = run.measure([6, 4, 2, 4], environment, tmp_path)

    said = capsys.readouterr().out
    assert code == 0, said
    rows = dict(re.findall(r"^(\S.*?) {2,}([\d. ]+)$", said, re.MULTILINE))
    # Six listen to four statuses, and to two news.
    events = {name: 24 if "status" in name else 12 if "news" in name else 4 for name in LINES}
    for name in LINES:
        p50, p95, p99, times, lost = map(float, rows[name].split())
        assert 0 < p50 <= p95 <= p99, name
        assert (times, lost) == (events[name], 0), name
    assert "6 of 6 streams open" in said
    assert re.search(r"streams' process: \d+ MB before, \d+ MB with all open", said)
    assert re.search(r"\d+ sessions of pages and streams in the database, \d+ connections to Valkey", said)
