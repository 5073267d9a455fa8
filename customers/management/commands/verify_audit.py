"""``verify_audit``: proves that no audit event was changed, removed, added or moved."""

import argparse
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from customers import audit, seals, verifications
from customers.audit import Fault, Verification
from customers.seal_proof import Place, SealFault

WORDS = {
    Fault.CHANGED: "its content is not what was recorded",
    Fault.MISSING: "it is missing",
    Fault.DOUBLED: "it is there twice",
    Fault.UNLINKED: "it does not hang on the event before it",
    Fault.TAIL: "the chain does not end where its head says",
    Fault.REWRITTEN: "it is not what was sealed",
    Fault.CUT: "it was sealed and is not there any more",
}
SEAL_WORDS = {
    SealFault.NO_FILE: "is not there",
    SealFault.UNREADABLE: "cannot be read at seal {number}",
    SealFault.MISSING: "lacks seal {number}",
    SealFault.EDITED: "was changed: seal {number} is not what was signed",
    SealFault.UNKNOWN_KEY: "names a key that is not known here, at seal {number}",
    SealFault.UNLINKED: "was changed: seal {number} does not hang on the seal before it",
    SealFault.CUT: "ends before seal {number}",
    SealFault.DIFFERENT: "tells another history than the table, up to seal {number}",
}
PLACES = {Place.FILE: "the file of seals", Place.TABLE: "the table of seals"}


class Command(BaseCommand):
    """Proves the audit; fails when a chain or a seal does not prove itself."""

    help = (
        "Work out the hash of every audit event again, hold them against the seals, and name the first bad event of "
        "each chain and the first bad seal."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """One chain may be named, or another copy of the file of seals."""
        parser.add_argument("--shard", type=int, help="only the chain of this user id; 0 is the desk's own clockwork")
        parser.add_argument(
            "--seals", type=Path, metavar="FILE", help="the exported seals (default: the configured file)"
        )
        parser.add_argument(
            "--sealed-within",
            type=int,
            metavar="MINUTES",
            help="fail as well when an event has waited longer for its seal",
        )
        parser.add_argument("--timing", action="store_true", help="say how long it took")

    def handle(
        self,
        *args: Any,
        shard: int | None = None,
        sealed_within: int | None = None,
        timing: bool = False,
        **options: Any,
    ) -> None:
        """Verify and say what was found. A proof of the whole is recorded."""
        began = time.monotonic()
        given: Path | None = options.get("seals")
        if given is not None and not given.exists():
            raise CommandError(f"There is no file {given}.")
        if shard is None and given is None:
            found = verifications.verify_and_record(file=seals.configured_file())
        else:
            found = audit.verify(shard=shard, file=given or seals.configured_file())
        for bad in found.bad:
            self.stderr.write(f"chain {bad.shard}, event {bad.seq}: {WORDS[bad.fault]}")
        for seal in found.bad_seals:
            self.stderr.write(f"{PLACES[seal.place]} {SEAL_WORDS[seal.fault].format(number=seal.number)}")
        trouble = []
        if found.bad:
            trouble.append(f"{len(found.bad)} of {found.shards} chains are broken.")
        if found.bad_seals:
            trouble.append("The seals do not prove themselves.")
        if sealed_within is not None and found.waited is not None and found.waited > timedelta(minutes=sealed_within):
            trouble.append(f"An event has waited for its seal for {found.waited.total_seconds() / 60:.0f} minutes.")
        if trouble:
            raise CommandError(" ".join(trouble))
        if timing:
            self.stdout.write(f"{time.monotonic() - began:.1f} s")
        self.stdout.write(_sealed(found))
        self.stdout.write(f"{found.events} events in {found.shards} chains, all as recorded.")


def _sealed(found: Verification) -> str:
    """How far the seals reach, in a sentence."""
    if found.sealed_at is None:
        return "Nothing is sealed yet: seal_audit seals by hand, beat every four minutes."
    waiting = f", {found.unsealed} events since then" if found.unsealed else ", every event is covered"
    return f"{found.seals} seals, the last of {found.sealed_at:%Y-%m-%d %H:%M} UTC{waiting}."
