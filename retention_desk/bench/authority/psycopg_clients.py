"""Some of psycopg's clients, in a process without Django. Told what to do in a line of JSON, answers in one."""

import json
import random
import re
import sys
import threading
import time
from typing import Any

import psycopg

_VALUE = re.compile(r"(?<!:):([a-z_]\w*)")


class Client(threading.Thread):
    """One connection that does its acts one after the other."""

    def __init__(self, order: dict[str, Any], first: int) -> None:
        super().__init__()
        self.acts: list[tuple[float, float]] = []
        self.failure: Exception | None = None
        self._first, self._each, self._offsets = first, order["each"], order["offsets"]
        self._statements = [
            (_VALUE.sub(r"%(\1)s", one["text"].replace("%", "%%")), one["keeps"]) for one in order["statements"]
        ]
        self._connection = psycopg.connect(order["url"], autocommit=True)

    def run(self) -> None:
        """Do all of them, and note when each was done and how long it took."""
        with self._connection as connection, connection.cursor() as cursor:
            for number in range(self._first, self._first + self._each):
                values: dict[str, Any] = {"n": number, "k": random.getrandbits(62)}
                values |= {name: offset + number for name, offset in self._offsets.items()}
                before = time.time()
                try:
                    for text, keeps in self._statements:
                        cursor.execute(text, values, prepare=True)
                        if keeps:
                            row = cursor.fetchone()
                            assert row is not None
                            assert cursor.description is not None
                            values |= dict(zip((column.name for column in cursor.description), row, strict=True))
                except Exception as error:  # noqa: BLE001 (told by the process)
                    self.failure = error
                    return
                after = time.time()
                self.acts.append((after, 1000 * (after - before)))


def main() -> int:
    """Connect, wait for the word, work."""
    order = json.loads(sys.stdin.readline())
    clients = [Client(order, order["first"] + place * order["each"]) for place in range(order["threads"])]
    print("ready", flush=True)
    sys.stdin.readline()
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    for client in clients:
        if client.failure is not None:
            print(client.failure, file=sys.stderr)
            return 1
    print(json.dumps([client.acts for client in clients]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
