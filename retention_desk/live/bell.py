"""Carries the rings of this process to Valkey, in a thread of its own: an act only puts its ring into a queue.

A ring that finds no Valkey is tried again for a while and then dropped; the screens find out by asking.
"""

import atexit
import logging
import os
import threading
import time
from collections import deque

import redis
from django.conf import settings

from customers.screens import Ring
from retention_desk.live import kinds

log = logging.getLogger(__name__)

STREAM = "desk-live:events"
KEPT = 4096
"""Events that Valkey keeps (about 200 bytes each), for streams that come back."""
_WAITING = 1000
_TRY_FOR = 30.0
_PAUSE = 0.5


class Bell:
    """One bell a process: call it with a ring."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._rings: deque[tuple[float, str]] = deque(maxlen=_WAITING)
        self._rung = threading.Event()
        self._idle = threading.Event()
        self._lock = threading.Lock()
        self._thread_of = 0

    def __call__(self, ring: Ring) -> None:
        """Take the ring over; costs a few microseconds and never raises."""
        if not kinds.is_heard(ring):
            return
        self._idle.clear()
        self._rings.append((time.monotonic(), kinds.as_text(ring)))
        if self._thread_of != os.getpid():
            self._start()
        self._rung.set()

    def flush(self, *, seconds: float = 1.0) -> bool:
        """Wait until every ring has left; False when some have not in that time."""
        return not self._rings or (self._thread_of == os.getpid() and self._idle.wait(seconds))

    def _start(self) -> None:
        with self._lock:
            if self._thread_of == os.getpid():
                return
            # Not before there is something to say: a server may still fork, and threads do not survive that.
            self._thread_of = os.getpid()
            threading.Thread(target=self._work, name="screens", daemon=True).start()

    def _work(self) -> None:
        client: redis.Redis = redis.from_url(self._url, socket_timeout=2, socket_connect_timeout=2)
        told = False
        while True:
            self._rung.wait()
            self._rung.clear()
            while self._rings:
                batch = self._due()
                try:
                    pipeline = client.pipeline(transaction=False)
                    for text in batch:
                        pipeline.xadd(STREAM, {"ring": text}, maxlen=KEPT, approximate=True)
                    pipeline.execute()
                except (redis.RedisError, OSError) as trouble:
                    if not told:
                        log.warning("the screens cannot be rung: %s", type(trouble).__name__)
                    told = True
                    time.sleep(_PAUSE)
                    continue
                told = False
                for _ in batch:
                    self._rings.popleft()
            self._idle.set()

    def _due(self) -> list[str]:
        """What to send now, without what nobody waits for any more. The same ring twice in a row is one."""
        while self._rings and time.monotonic() - self._rings[0][0] > _TRY_FOR:
            self._rings.popleft()
        return [text for _at, text in list(self._rings)]


bell = Bell(settings.REDIS_URL)
atexit.register(bell.flush)
