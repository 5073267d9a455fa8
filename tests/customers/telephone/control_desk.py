"""What stands at a control address in these tests: a real server that keeps what it is sent and answers by a script."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks import Webhook

SILENT = 0
SAID = "the customer of extension 2041 is angry"


@dataclass(frozen=True)
class Got:
    """One request as it came over the line."""

    path: str
    headers: dict[str, str]
    body: bytes

    def verified(self, secret: bytes) -> Any:
        """What it says, if the reference library of Standard Webhooks finds it signed with this secret."""
        return Webhook(secret).verify(self.body, self.headers)


@dataclass
class ControlDesk:
    """The other side. `answers` are used up one by one, and the last one stays; SILENT answers when all is over."""

    answers: list[int] = field(default_factory=lambda: [200])
    got: list[Got] = field(default_factory=list)
    port: int = 0
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def address(self) -> str:
        """What an administrator would write down."""
        return f"http://127.0.0.1:{self.port}/hold?site=1"

    def says(self) -> list[str]:
        """What was wanted, in order."""
        return [json.loads(one.body)["type"] for one in self.got]

    def next_answer(self) -> int:
        """The status of the next answer, once it is time for it."""
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if answer == SILENT:
            self.over.wait(30)
        return answer or 200


@contextmanager
def control_desk(*answers: int) -> Iterator[ControlDesk]:
    """A control address that listens as long as the test needs it."""
    desk = ControlDesk(list(answers) or [200])

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self._keep()

        def do_GET(self) -> None:
            self._keep()

        def _keep(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            desk.got.append(Got(self.path, dict(self.headers.items()), body))
            status = desk.next_answer()
            self.send_response(status)
            if status in (302, 307):
                self.send_header("Location", f"http://127.0.0.1:{desk.port}/elsewhere")
            said = SAID.encode()
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_request(self, *_said: object) -> None:
            """Say nothing on the console."""

        def handle(self) -> None:
            # Whoever asked may have stopped listening, which is no trouble of this side.
            try:
                super().handle()
            except ConnectionError:
                return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    desk.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield desk
    finally:
        desk.over.set()
        server.shutdown()
        thread.join()
        server.server_close()
