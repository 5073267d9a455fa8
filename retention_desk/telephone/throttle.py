"""How many requests of one key to the API are answered in a minute, counted in Valkey for all processes together.

A key that is used wrongly must not take the pages' time. Webhooks are not counted: a telephone system does not say an
event again because it was asked to. Without Valkey nobody is refused, as calls come in without it, too.
"""

import logging
import time

import redis
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from ninja.throttling import BaseThrottle

from customers.models import TelephoneKey

log = logging.getLogger(__name__)
WINDOW = 60
"""Seconds; each begins with a minute of the clock."""


class KeyThrottle(BaseThrottle):
    """`API_REQUESTS_A_MINUTE` for each key."""

    def allow_request(self, request: HttpRequest) -> bool:
        """Count this one; False when it is one too many."""
        key: TelephoneKey = request.auth  # type: ignore[attr-defined]
        name = f"api:{key.prefix}:{int(time.time() // WINDOW)}"
        try:
            cache.add(name, 0, timeout=2 * WINDOW)
            return cache.incr(name) <= settings.API_REQUESTS_A_MINUTE
        except (redis.RedisError, OSError, ValueError) as trouble:
            log.warning("requests to the API are not counted: %s", type(trouble).__name__)
            return True

    def wait(self) -> float:
        """Seconds until requests are answered again."""
        return WINDOW - time.time() % WINDOW
