"""``python3 manage.py desk``: everything that the desk needs, started, watched and ended by one command.

The order: take the data directory, look at the port, servers, migrations, demo data into an empty database, then web,
worker and beat, and one line when the page answers. Whatever ends first ends everything.
"""

import argparse
import http.client
import shutil
import signal
import socket
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from retention_desk.demo.logins import LOGINS
from retention_desk.embedded import environment
from retention_desk.embedded.binaries import ServerMissing
from retention_desk.embedded.claim import AlreadyRunning, Claim
from retention_desk.embedded.places import PROJECT, UnsafePlace, data_directory, runtime_directory
from retention_desk.embedded.postgres import Postgres
from retention_desk.embedded.processes import CannotStart
from retention_desk.embedded.roles import CannotProvision, provision_app_role
from retention_desk.embedded.supervisor import ChildEnded, ChildRefused, StopAsked, Supervisor, stop_on_signals
from retention_desk.embedded.valkey import Valkey

MANAGE = [sys.executable, str(PROJECT / "manage.py")]
SECONDS_TO_READY = 90


class PortTaken(Exception):
    """Another program listens on the port."""

    def __init__(self, port: int) -> None:
        super().__init__(port)
        self.port = port


@dataclass(frozen=True)
class Options:
    """What the command line asked for."""

    host: str
    port: int
    live_port: int
    data: Path
    demo: bool
    scale: float
    seed: int

    @property
    def url(self) -> str:
        """The address for a browser on this machine."""
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self.host, self.host)  # noqa: S104 (a comparison)
        return f"http://{host}:{self.port}/"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    parser.add_argument("--port", type=int, default=8000, help="port of the page (default 8000)")
    parser.add_argument("--live-port", type=int, default=0, help="port of the live news (default: any that is free)")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
    parser.add_argument("--data", metavar="DIR", help="where data are kept (default .desk beside manage.py)")
    parser.add_argument("--no-demo", action="store_true", help="leave an empty database empty")
    parser.add_argument("--scale", type=float, default=1.0, help="size of the demo data; 1 is 5,000 customers")
    parser.add_argument("--seed", type=int, default=1, help="same seed, same demo data")


def main(arguments: Sequence[str]) -> int:
    """Run the desk until it is stopped; return the exit code."""
    parser = argparse.ArgumentParser(prog="manage.py desk", description="Start the whole desk on this machine.")
    add_arguments(parser)
    return run(options_from(vars(parser.parse_args(arguments))))


def options_from(given: Mapping[str, Any]) -> Options:
    """Turn parsed arguments into Options."""
    return Options(
        host=given["host"],
        port=given["port"],
        live_port=given["live_port"] or _free_port(given["host"]),
        data=data_directory(given["data"]),
        demo=not given["no_demo"],
        scale=given["scale"],
        seed=given["seed"],
    )


def run(options: Options) -> int:
    """Run the desk until it is stopped; return 0 after a stop that was asked for, else 1."""
    stop_on_signals()
    desk = Desk(options)
    code = 1
    try:
        desk.claim_place()
        try:
            desk.start()
            desk.supervisor.wait()
        finally:
            desk.stop()
    except StopAsked:
        code = 0
    except AlreadyRunning as other:
        print(f"A desk is already running here: {other.url} (pid {other.pid}).", file=sys.stderr)
    except ChildEnded as ended:
        print(f"The desk stopped because {ended.name} ended (exit code {ended.code}).", file=sys.stderr)
    except ChildRefused as refused:
        print(f"The desk stopped because {refused.name} refused to serve; the lines above say why.", file=sys.stderr)
    except PortTaken as taken:
        option = "--port" if taken.port == options.port else "--live-port"
        print(
            f"Port {taken.port} is taken by another program. Try: python3 manage.py desk {option} {taken.port + 1}",
            file=sys.stderr,
        )
    except (CannotStart, CannotProvision, ServerMissing, UnsafePlace, psycopg.OperationalError) as trouble:
        print(f"The desk cannot start. {trouble}", file=sys.stderr)
    return code


class Desk:
    """One desk: its servers, its processes and what they are told."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.supervisor = Supervisor()
        self.runtime: Path | None = None
        self._claim: Claim | None = None

    def claim_place(self) -> None:
        """Take the data directory and look at the port. Raises AlreadyRunning or PortTaken."""
        self.options.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._claim = Claim(self.options.data, url=self.options.url)
        for port in (self.options.port, self.options.live_port):
            _probe(self.options.host, port)

    def start(self) -> None:
        """Start everything and return when the page answers."""
        began = time.monotonic()
        options, say = self.options, self.supervisor.say
        addresses = self._start_servers()
        say("desk", "bringing the database up to date")
        owner = addresses.for_commands()
        self.supervisor.run("migrate", [*MANAGE, "migrate", "--no-input", "--verbosity", "0"], env=owner, cwd=PROJECT)
        if options.demo and _is_empty(addresses.owner_url):
            say("desk", "loading the demo data into the empty database")
            demo = [*MANAGE, "demo", "--scale", f"{options.scale:g}", "--seed", str(options.seed)]
            self.supervisor.run("demo", demo, env=owner, cwd=PROJECT)
        if options.host not in environment.LOOPBACK:
            say("desk", "others on the network can reach this desk, and nothing is encrypted on the way")
        # The page first: until it answers, the clockwork would only take the processor away from it.
        self._start_web(addresses)
        self._wait_until_ready()
        self._start_live(addresses)
        self._start_clockwork(addresses)
        if _is_empty(addresses.owner_url):
            say("desk", "the first administrator begins here; the link is good for a day:")
            link = [*MANAGE, "first_run", "--link", "--base", options.url]
            self.supervisor.run("desk", link, env=owner, cwd=PROJECT)
        environment.publish(options.data, owner)
        say("desk", _ready_line(options.url, addresses.owner_url, seconds=time.monotonic() - began))

    def stop(self) -> None:
        """End everything in order: who uses the servers first, then the servers."""
        self.supervisor.say("desk", "stopping")
        environment.withdraw(self.options.data)
        self.supervisor.end(["web", "live", "worker", "beat"], seconds=6)
        self.supervisor.end(["valkey"], seconds=3)
        self.supervisor.end(["postgres"], seconds=30)
        if self.runtime is not None:
            shutil.rmtree(self.runtime, ignore_errors=True)
        if self._claim is not None:
            self._claim.release()

    def _start_servers(self) -> environment.Addresses:
        """Start the servers that were not given and return everything that the processes may be told."""
        data, given = self.options.data, environment.given()
        self.runtime = runtime_directory(data)
        owner_url, app_url, redis_url = given.owner_url, given.app_url, given.redis_url
        if owner_url is None:
            postgres = Postgres(data, self.runtime)
            self._server("postgres", postgres, with_signal=signal.SIGINT)
            owner_url, app_url = postgres.owner_url, postgres.app_url
        elif app_url is None:
            app_url = provision_app_role(owner_url, secret_file=data / "app-role")
        if redis_url is None:
            valkey = Valkey(self.runtime)
            self._server("valkey", valkey)
            redis_url = valkey.url
        assert app_url is not None
        return environment.complete(
            data,
            owner_url=owner_url,
            app_url=app_url,
            redis_url=redis_url,
            host=self.options.host,
            ports=(self.options.port, self.options.live_port),
        )

    def _server(self, name: str, server: Postgres | Valkey, *, with_signal: signal.Signals = signal.SIGTERM) -> None:
        try:
            server.start(log=self.options.data / f"{name}.log")
        finally:
            # Watched even when it failed to become ready, so that it is ended.
            if server.process is not None:
                self.supervisor.watch(name, server.process, with_signal=with_signal)

    def _start_web(self, addresses: environment.Addresses) -> None:
        # One thread keeps one database connection; more threads share one interpreter and only wait for each other.
        threads = ["--workers", "2", "--blocking-threads", "1"]
        command = [*self._granian("wsgi", self.options.port), *threads, "retention_desk.wsgi:application"]
        self.supervisor.start("web", command, env=addresses.for_serving("web"), cwd=PROJECT)

    def _start_live(self, addresses: environment.Addresses) -> None:
        # A process and a port of its own: streams would take the pages' threads, and a browser's few connections.
        command = [*self._granian("asgi", self.options.live_port), "retention_desk.live.asgi:application"]
        self.supervisor.start("live", command, env=addresses.for_serving("live"), cwd=PROJECT)

    def _granian(self, interface: str, port: int) -> list[str]:
        granian = [sys.executable, "-m", "granian", "--interface", interface, "--http", "1", "--no-ws"]
        granian += ["--host", self.options.host, "--port", str(port), "--log-level", "warning"]
        return [*granian, "--respawn-failed-workers", "--workers-kill-timeout", "4"]

    def _start_clockwork(self, addresses: environment.Addresses) -> None:
        celery = [sys.executable, "-m", "celery", "-A", "retention_desk.celery", "--quiet"]
        worker = ["worker", "-P", "threads", "-c", "2", "--without-gossip", "--without-mingle"]
        beat = ["beat", "--schedule", str(self.options.data / "beat-schedule"), "--pidfile="]
        for name, command in {"worker": worker, "beat": beat}.items():
            command = [*celery, *command, "--loglevel", "WARNING"]
            self.supervisor.start(name, command, env=addresses.for_serving("worker"), cwd=PROJECT)

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + SECONDS_TO_READY
        while True:
            status, body = _ask(self.options)
            if status == http.client.OK:
                return
            if status not in (0, http.client.SERVICE_UNAVAILABLE):
                raise CannotStart(f"The page answers with status {status}: {body}")
            if time.monotonic() > deadline:
                raise CannotStart(f"The page is not ready after {SECONDS_TO_READY} s: {body or 'no answer'}")
            self.supervisor.wait(seconds=0.1)


def _free_port(host: str) -> int:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
    return port


def _probe(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PortTaken(port) from error


def _ask(options: Options) -> tuple[int, str]:
    """Return status and body of /readyz, or 0 while nobody listens."""
    address = options.url.removeprefix("http://").rstrip("/").rpartition(":")[0].strip("[]")
    connection = http.client.HTTPConnection(address, options.port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        answer = connection.getresponse()
        return answer.status, answer.read(500).decode(errors="replace").strip()
    except (OSError, http.client.HTTPException) as error:
        return 0, str(error)
    finally:
        connection.close()


def _is_empty(owner_url: str) -> bool:
    with psycopg.connect(owner_url) as connection:
        row = connection.execute("SELECT EXISTS (SELECT FROM people_user)").fetchone()
    return row is not None and not row[0]


def _ready_line(url: str, owner_url: str, *, seconds: float) -> str:
    """Return the one line that says where to go, and how to get in."""
    line = f"ready after {seconds:.0f} s: {url}"
    if _is_empty(owner_url):
        return f"{line} - nobody may sign in yet: begin with the link above"
    with psycopg.connect(owner_url) as connection:
        names = [name for _role, name, _word in LOGINS]
        found = connection.execute("SELECT count(*) FROM people_user WHERE username = ANY(%s)", [names]).fetchone()
    if found is None or found[0] != len(LOGINS):
        return line
    return f"{line} - sign in as " + ", ".join(f"{role} {name} / {word}" for role, name, word in LOGINS)
