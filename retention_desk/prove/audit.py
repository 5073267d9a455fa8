"""``manage.py prove audit``: everything that can be done to an audit is done to one, and each must be found and named.

On a PostgreSQL of its own a superuser whose guards are down tampers with a sealed audit, in every way of
`retention_desk.prove.tampering` by turns; `verify` must name the first bad event and the first bad seal, and accuse
nobody else. Then everything is rolled back. `--events` fills the audit beforehand, for how long a proof takes and
whether it raises a false alarm among as many.
"""

import argparse
import os
import secrets
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from psycopg.conninfo import make_conninfo

from retention_desk.embedded.postgres import DATABASE, SUPERUSER, Postgres
from retention_desk.embedded.valkey import Valkey


def main(arguments: Sequence[str]) -> int:
    """Make the servers, fill, seal, tamper, and say what was found; return the exit code."""
    parser = argparse.ArgumentParser(prog="manage.py prove audit", description="Tamper with an audit and find it all.")
    parser.add_argument("--tamperings", type=int, default=1000, metavar="N", help="how many (default 1000)")
    parser.add_argument("--seed", type=int, default=None, help="what chance begins with (default: made up, and said)")
    parser.add_argument(
        "--events", type=int, default=0, metavar="N", help="events that are there beforehand (default 0)"
    )
    options = parser.parse_args(arguments)
    seed = secrets.randbelow(10**6) if options.seed is None else options.seed
    directory = Path(tempfile.mkdtemp(prefix="desk-prove-"))
    postgres, valkey = Postgres(directory, directory, throwaway=True), Valkey(directory)
    try:
        postgres.start(log=directory / "servers.log")
        _set_up(directory, postgres, valkey)
        # The settings can be read only now.
        from retention_desk.prove import audit_trial  # noqa: PLC0415

        superuser = make_conninfo(host=str(directory), user=SUPERUSER, dbname=DATABASE)
        return audit_trial.prove(superuser, tamperings=options.tamperings, seed=seed, events=options.events)
    finally:
        postgres.stop()
        shutil.rmtree(directory, ignore_errors=True)


def _set_up(directory: Path, postgres: Postgres, valkey: Valkey) -> None:
    """Point the settings of this process at the scratch database, and migrate it."""
    (directory / "data" / "static").mkdir(parents=True, exist_ok=True)
    os.environ.update(
        {
            "AUDIT_EXPORT_DIR": str(directory / "seals"),
            "AUDIT_SIGNING_KEY": secrets.token_urlsafe(48),
            "DATABASE_OWNER_URL": postgres.owner_url,
            "DATABASE_URL": postgres.app_url,
            "DESK_DATA": str(directory / "data"),
            "DESK_EMBEDDED": "1",
            "DESK_PROCESS": "command",
            "LOG_LEVEL": "WARNING",
            "REDIS_URL": valkey.url,
            "SECRET_KEY": secrets.token_urlsafe(50),
        }
    )
    import django  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415

    django.setup()
    call_command("migrate", database="owner", verbosity=0)
