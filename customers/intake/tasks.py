"""The doorbell of an uploaded intake. It may ring twice or for nothing: the run's row and lock say what is to do."""

from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded
from django.utils import timezone

from customers.intake import runs, uploads
from customers.intake.trouble import IntakeTrouble


@shared_task(name="customers.intake.tasks.run_intake", soft_time_limit=1600, time_limit=1700)
def run_intake(run_id: int) -> str:
    """Bring an uploaded run in; answers what became of it, which its row says, too."""
    try:
        summary, _refusals = runs.bring_in_run(run_id=run_id, now=timezone.now())
    except IntakeTrouble as trouble:
        return trouble.code
    except SoftTimeLimitExceeded:
        return runs.give_up(run_id, IntakeTrouble("TOO_SLOW"))
    return "DONE" if summary else "NOT_MINE"


@shared_task(name="customers.intake.tasks.forget_old_intakes")
def forget_old_intakes() -> int:
    """Delete uploaded files and refusals whose time is over."""
    return uploads.forget_old(now=timezone.now())
