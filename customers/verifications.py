"""The whole audit proved, and the result recorded, so that a page can say when it was last looked at."""

import logging
import time
from datetime import timedelta
from pathlib import Path

from django.db.models import F

from customers import audit
from customers.audit import Verification
from customers.models import AuditVerification
from customers.queries import DeskNow

log = logging.getLogger(__name__)

# A proof of a second runs every hour, one of ten minutes every eight hours.
SHARE = 50
# More faults than anybody reads at once; the command names them all.
FAULTS_MOST = 50


def is_due() -> bool:
    """Whether the audit is to be proved: never before, or so long ago that it takes a fiftieth of the time at most."""
    last = (
        AuditVerification.objects.order_by("-verified_at").values("took_ms", now=DeskNow(), at=F("verified_at")).first()
    )
    return last is None or bool(last["now"] - last["at"] >= SHARE * timedelta(milliseconds=last["took_ms"]))


def verify_and_record(*, file: Path | None) -> Verification:
    """Prove every chain and every seal, `file` among them, and keep what was found."""
    began = time.monotonic()
    found = audit.verify(file=file)
    faults: list[dict[str, object]] = [
        {"shard": bad.shard, "seq": bad.seq, "fault": str(bad.fault)} for bad in found.bad
    ]
    faults += [{"place": str(bad.place), "number": bad.number, "fault": str(bad.fault)} for bad in found.bad_seals]
    AuditVerification.objects.create(
        # The database's clock says when.
        verified_at=DeskNow(),
        events=found.events,
        shards=found.shards,
        seals=found.seals,
        faults=faults[:FAULTS_MOST],
        took_ms=int(1000 * (time.monotonic() - began)),
    )
    if not found.is_clean:
        log.error("the audit does not prove itself", extra={"chains": len(found.bad), "seals": len(found.bad_seals)})
    return found
