"""Clockwork in: what Celery's beat and the doorbell start. Each may be lost or run twice; none does more than a bit."""

from datetime import timedelta

from celery import shared_task

from customers import call_backs, calls, handovers, notices, outbox, sealing, seals, verifications
from customers.models import AuditVerification
from customers.telephone import control, forgetting

# A screen says that it is there every 20 s; three minutes of silence are a closed browser and no slow network.
SILENT_FOR = timedelta(minutes=3)


@shared_task(name="customers.tasks.relay_outbox")
def relay_outbox() -> int:
    """Deliver what is due, every 5 s and whenever somebody rings."""
    return outbox.deliver_due(senders=notices.senders(), limit=200)


# In a relay of its own, so that a telephone that does not answer keeps no notice back.
@shared_task(name="customers.tasks.relay_telephone")
def relay_telephone() -> int:
    """Carry to the telephone what agents asked of it, whenever somebody rings, and every 5 s."""
    return outbox.deliver_due(senders={control.TOPIC: control.send}, limit=50)


@shared_task(name="customers.tasks.abandon_silent_calls")
def abandon_silent_calls() -> int:
    """End calls whose screen has gone, every minute."""
    return calls.abandon_silent(silent_for=SILENT_FOR)


@shared_task(name="customers.tasks.forget_telephone_numbers")
def forget_telephone_numbers() -> int:
    """Forget who rang from where a month ago, every hour."""
    return forgetting.forget_numbers()


@shared_task(name="customers.tasks.note_what_is_late")
def note_what_is_late() -> dict[str, int]:
    """Note call-backs that are overdue and calls that nobody took over, every half minute."""
    return {"call_backs": call_backs.note_overdue(), "handovers": handovers.note_missed()}


@shared_task(name="customers.tasks.seal_audit")
def seal_audit() -> int:
    """Seal what was added to the audit, every four minutes; answers how many seals were made.

    A desk that has just begun is proved at once, and not only when the first hour is over.
    """
    made = sealing.seal_moved_chains().seals
    if not AuditVerification.objects.exists():
        verify_audit()
    return made


@shared_task(name="customers.tasks.verify_audit")
def verify_audit() -> bool:
    """Prove the whole audit where that is due, and record what was found; False when it does not prove itself."""
    if not verifications.is_due():
        return True
    return verifications.verify_and_record(file=seals.configured_file()).is_clean
