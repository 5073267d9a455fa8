"""News for everybody of a site, until a set end. Append-only: what is wrong is taken back, and posted anew."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from customers import audit, keys
from customers.keeping import NotValid
from customers.queries import DeskNow
from customers.refusals import NotYours
from offers.acts import Act
from offers.models import News, NewsEnd, Seat

LONGEST = timedelta(days=31)


def post_news(*, title: str, text: str, ends_at: datetime, by: int, role: str, now: datetime, key: UUID) -> int:
    """Tell everybody of one's own site (without a site: all); answers its id.

    Raises `NotYours` without a seat, `NotValid` without a title, or for an end that is over or more than 31 days off.
    """
    title, text = title.strip(), text.strip()
    if not title:
        raise NotValid(field="title", why=_("Say what is new, in a few words."))
    if not now < ends_at <= now + LONGEST:
        raise NotValid(field="ends_at", why=_("The end is still to come, within 31 days."))
    with transaction.atomic():
        claim = keys.claim(key=key, act=Act.NEWS_POSTED, by=by, body={"title": title, "text": text, "ends_at": ends_at})
        if claim.answer:
            return claim.answer.object_id
        news = News.objects.create(
            site_id=_site_of(by), title=title, text=text, ends_at=ends_at, by_id=by, recorded_at=DeskNow()
        )
        # Who wrote what stands on the news; in the audit are no words that somebody typed.
        audit.append(
            by=by, role=role, act=Act.NEWS_POSTED, object_kind="news", object_id=news.pk,
            after={"site_id": news.site_id, "ends_at": ends_at}, key=key,
        )  # fmt: skip
        claim.settle(object_id=news.pk)
    return news.pk


def take_back(*, news_id: int, by: int, role: str) -> None:
    """End news at once; a second time changes nothing. Raises `NotYours` for news of another site."""
    with transaction.atomic():
        news, site_id = News.objects.filter(pk=news_id).first(), _site_of(by)
        if news is None or site_id not in (None, news.site_id):
            raise NotYours
        _end, is_new = NewsEnd.objects.get_or_create(news=news, defaults={"by_id": by, "recorded_at": DeskNow()})
        if is_new:
            audit.append(by=by, role=role, act=Act.NEWS_TAKEN_BACK, object_kind="news", object_id=news.pk)


def _site_of(by: int) -> int | None:
    seat = Seat.objects.filter(user_id=by, is_active=True).values_list("team__site").first()
    if seat is None:
        raise NotYours
    site: int | None = seat[0]
    return site
