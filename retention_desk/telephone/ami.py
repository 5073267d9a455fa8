"""Asterisk's manager (AMI) on the wire: blocks of `Name: value` lines that a blank line ends, and one login there."""

import asyncio
import hashlib
import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

# What matters here has the classes call and agent; nobody's messages, commands or settings are asked for.
EVENTS = "call,agent"
GREETING = b"Asterisk Call Manager/"
LARGEST = 64 * 1024
PORT = {"tcp": 5038, "tls": 5039}
_END = b"\r\n\r\n"

Block = Mapping[str, str]


class Lost(Exception):
    """The line to the manager is down, or says what no manager says; `str` is for the log."""


class NotLetIn(Exception):
    """The manager does not know the name or the secret."""


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds: until a connection is there, until an answer is; of silence before a Ping; to take leave."""

    connect: float = 10.0
    answer: float = 10.0
    silence: float = 15.0
    leave: float = 2.0


@dataclass(frozen=True, slots=True)
class Manager:
    """Where a manager is, and as whom to log in there; several secrets while the secret is being changed."""

    host: str
    port: int
    tls: bool
    user: str
    secrets: Sequence[str]


def manager_of(address: str, secrets: Sequence[str]) -> Manager:
    """The manager of an address like `tls://desk@pbx.example.com:5039`; raises `ValueError` with a sentence."""
    parts = urlsplit(address)
    if parts.scheme not in PORT or not parts.hostname or not parts.username or parts.password is not None:
        raise ValueError("A manager's address is like tcp://desk@pbx.example.com:5038, or tls://, without a secret.")
    port = parts.port or PORT[parts.scheme]
    return Manager(parts.hostname, port, parts.scheme == "tls", unquote(parts.username), tuple(secrets))


def written(action: str, **fields: str) -> bytes:
    """An action as the manager reads it; a line cannot be ended from within a value."""
    said = {"Action": action} | fields
    return ("".join(f"{name}: {' '.join(value.split())}\r\n" for name, value in said.items()) + "\r\n").encode()


def block_of(raw: bytes) -> Block:
    """A block as fields. Of a name that comes again (variables) the first stands; what is no field is left out."""
    found: dict[str, str] = {}
    for line in raw.decode("utf-8", errors="replace").split("\r\n"):
        name, colon, value = line.partition(":")
        if colon:
            found.setdefault(name, value.strip())
    return found


class Session:
    """One login at a manager: made by `logged_in`, read by `blocks`, ended by `close`."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, patience: Patience) -> None:
        self._reader = reader
        self._writer = writer
        self._patience = patience

    async def send(self, action: str, **fields: str) -> None:
        """Send an action."""
        try:
            self._writer.write(written(action, **fields))
            async with asyncio.timeout(self._patience.answer):
                await self._writer.drain()
        except OSError as trouble:
            raise Lost(type(trouble).__name__) from trouble

    async def blocks(self) -> AsyncIterator[Block]:
        """Whatever the manager says from now on. In silence it is asked whether it is there (Ping, Pong)."""
        asked = False
        while True:
            block = await self._block(self._patience.answer if asked else self._patience.silence)
            if block is not None:
                asked = False
                yield block
            elif asked:
                raise Lost("no answer to a Ping")
            else:
                asked = True
                await self.send("Ping")

    async def answer(self, action: str, **fields: str) -> Block:
        """What the manager answers to an action, before it is asked for events."""
        await self.send(action, **fields)
        while True:
            block = await self._block(self._patience.answer)
            if block is None:
                raise Lost(f"no answer to {action}")
            if "Response" in block:
                return block

    async def greeted(self) -> None:
        """The first line. Raises `Lost` where no manager listens."""
        try:
            async with asyncio.timeout(self._patience.answer):
                line = await self._reader.readline()
        except (OSError, ValueError) as trouble:
            raise Lost(type(trouble).__name__) from trouble
        if not line.startswith(GREETING):
            raise Lost("no manager listens there")

    async def close(self) -> None:
        """Take leave if the line is still up."""
        try:
            async with asyncio.timeout(self._patience.leave):
                await self.send("Logoff")
                self._writer.close()
                await self._writer.wait_closed()
        except (Lost, OSError):
            self._writer.transport.abort()

    async def _block(self, seconds: float) -> Block | None:
        """The next block; None when none is whole in that time. Half a block stays until its rest comes."""
        try:
            async with asyncio.timeout(seconds):
                return block_of(await self._reader.readuntil(_END))
        except TimeoutError:
            return None
        except asyncio.LimitOverrunError as trouble:
            raise Lost(f"a block of more than {LARGEST} bytes") from trouble
        except (EOFError, OSError) as trouble:
            raise Lost("the line is down") from trouble


async def logged_in(manager: Manager, patience: Patience) -> Session:
    """Log in with the first secret that is right; what goes over the line is its digest with the manager's challenge.

    Raises `Lost`, or `NotLetIn` when no secret is right. A manager ends the line after a wrong one.
    """
    for secret in manager.secrets:
        session = await _connected(manager, patience)
        try:
            await session.greeted()
            challenge = (await session.answer("Challenge", AuthType="MD5")).get("Challenge", "")
            # Not our choice: the manager knows no other digest.
            digest = hashlib.md5((challenge + secret).encode(), usedforsecurity=False).hexdigest()
            said = await session.answer("Login", AuthType="MD5", Username=manager.user, Key=digest, Events=EVENTS)
        except BaseException:
            await session.close()
            raise
        if said["Response"] == "Success":
            return session
        await session.close()
    raise NotLetIn


async def _connected(manager: Manager, patience: Patience) -> Session:
    context = ssl.create_default_context() if manager.tls else None
    try:
        async with asyncio.timeout(patience.connect):
            reader, writer = await asyncio.open_connection(manager.host, manager.port, ssl=context, limit=LARGEST)
    except OSError as trouble:
        raise Lost(type(trouble).__name__) from trouble
    return Session(reader, writer, patience)
