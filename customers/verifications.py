"""The whole audit proved, and the result recorded, so that a page can say when it was last looked at."""

import logging
import time
from pathlib import Path

from customers import audit
from customers.audit import Verification
from customers.models import AuditVerification
from customers.queries import DeskNow

log = logging.getLogger(__name__)

# More faults than anybody reads at once; the command names them all.
FAULTS_MOST = 50


def has_been_proved() -> bool:
    """Whether a proof was ever recorded."""
    return AuditVerification.objects.exists()


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
