"""An own Valkey on a private socket: the doorbell of Celery and a cache.

It keeps nothing on disk: all that must not be lost is in PostgreSQL, and a sweep finds what a lost message did not
announce. It refuses to evict, because evicting would silently drop messages.
"""

import signal
import socket
import subprocess
import time
from pathlib import Path

from retention_desk.embedded.binaries import valkey_server
from retention_desk.embedded.places import check_socket_path
from retention_desk.embedded.processes import CannotStart, end, last_lines, spawn


class Valkey:
    """One Valkey server with its socket in ``sockets`` (a private directory)."""

    def __init__(self, sockets: Path) -> None:
        self.socket = sockets / "valkey.sock"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The URL for redis-py; the settings turn it into Celery's form."""
        return f"unix://{self.socket}?db=0"

    def start(self, *, log: Path, seconds: float = 20) -> None:
        """Start the server and return when it answers; what it says goes to the file ``log``.

        Raises CannotStart or binaries.ServerMissing.
        """
        check_socket_path(self.socket)
        self.socket.unlink(missing_ok=True)
        command = [str(valkey_server()), "--port", "0", "--unixsocket", str(self.socket), "--unixsocketperm", "700"]
        command += ["--dir", str(self.socket.parent), "--save", "", "--appendonly", "no", "--loglevel", "warning"]
        command += ["--maxmemory", "256mb", "--maxmemory-policy", "noeviction", "--daemonize", "no"]
        self.process = spawn(command, log=log)
        deadline = time.monotonic() + seconds
        while not self._answers():
            if self.process.poll() is not None:
                raise CannotStart(f"Valkey ended while starting.\n{last_lines(log)}")
            if time.monotonic() > deadline:
                raise CannotStart(f"Valkey does not answer after {seconds:.0f} s.")
            time.sleep(0.05)

    def stop(self, *, seconds: float = 5) -> bool:
        """Stop it; return False if it had to be killed."""
        if self.process is None:
            return True
        return end(self.process, with_signal=signal.SIGTERM, seconds=seconds)

    def _answers(self) -> bool:
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
                connection.settimeout(2)
                connection.connect(str(self.socket))
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False
