"""Running a server, from its options to its end."""

from __future__ import annotations

import gc
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import uvicorn

from earmark.errors import LibraryNotFoundError, UsageError
from earmark.library import Library
from earmark.server.app import make_app
from earmark.server.certificates import self_signed
from earmark.server.context import Context, make_context
from earmark.server.keys import Keys
from earmark.server.logs import note
from earmark.server.options import MEGABYTE
from earmark.server.protocol import protocol_within
from earmark.server.state import open_state, sole
from earmark.server.tasks.sqlite import SqliteTaskQueue
from earmark.server.tasks.supervisor import Supervisor
from earmark.stores.location import Kind, located

if TYPE_CHECKING:
    from earmark.server.options import ServerOptions
    from earmark.sqlitefile import SqliteFile

KEEP_ALIVE_S = 15
BACKLOG = 2048
"""Clients that may wait to be connected."""

SWITCH_S = 0.0005
"""After so long a thread lets another one run Python. Kernels are short, and run without that: a
thread that comes back from one, or has a message to take, should not wait Python's usual 5 ms."""

COLLECT_AFTER = (700, 10, 10)
"""Objects, and collections of younger ones, after which garbage is collected: Python's own."""

MESSAGES_AHEAD = 16
"""Messages of a live connection that are taken before those that came are dealt with."""


class Server(uvicorn.Server):
    """A server that has its port already, and says when it is ready."""

    def __init__(self, config: uvicorn.Config, listener: socket.socket) -> None:
        """Take what it is made of, and what it listens with."""
        super().__init__(config)
        self._listener = listener
        self.new_library: str | None = None
        """Where the library lies, if it was made just now."""
        self.on_ready: Callable[[], object] = lambda: None
        """Called when requests are answered."""

    @property
    def address(self) -> str:
        """Where it is found, if `--host` is a name that others know it by."""
        scheme = "https" if self.config.ssl_certfile else "http"
        host = f"[{self.config.host}]" if ":" in self.config.host else self.config.host
        return f"{scheme}://{host}:{self._listener.getsockname()[1]}"

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve until told to end."""
        super().run(sockets or [self._listener])

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer."""
        await super().startup(sockets)
        note("ready to be asked", address=self.address)
        self.on_ready()


@contextmanager
def made(options: ServerOptions) -> Iterator[Server]:
    """Put a server together; let go of its library and its files when the block ends.

    Raises:
        UsageError: options that make no sense together, or are not safe; the port is taken; or
            there is no library, and none shall be made.
        LibraryError: the library cannot be opened.
        ServerStateError: the server's own files cannot be used.
        MissingExtraError: a certificate is to be made, and the extra `tls` is not installed.
    """
    if located(options.library).kind is Kind.MEMORY:
        message = "a server needs a library on a disk: its workers are processes of their own"
        raise UsageError(message)
    with ExitStack() as stack:
        stack.enter_context(_collecting())
        stack.callback(sys.setswitchinterval, sys.getswitchinterval())
        sys.setswitchinterval(SWITCH_S)
        stack.enter_context(sole(options.state))
        state = open_state(options.state)
        stack.callback(state.close)
        check_safe(options, Keys(state))
        listener = stack.enter_context(_listener(options))
        library, is_new = _library(options)
        stack.enter_context(library)
        if options.tls_self_signed:
            own = self_signed(options)
            options = replace(options, tls_cert=own.cert, tls_key=own.key)
        config = _config(options, library, state)
        server = Server(config, listener)
        server.new_library = library.location if is_new else None
        config.app.state.is_ending = lambda: server.should_exit  # type: ignore[union-attr]
        yield server


@contextmanager
def _collecting() -> Iterator[None]:
    """Collect what requests leave behind until the block ends: often, and without what was there.

    A command line collects next to nothing, as it ends soon.
    """
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def serve(options: ServerOptions) -> None:
    """Run a server until it is told to end; see `made` for what may go wrong."""
    with made(options) as server:
        server.run()


def check_safe(options: ServerOptions, keys: Keys) -> None:
    """Refuse to let others in without keys, unless told so.

    Raises:
        UsageError: others could reach the server, and it has no keys; half of a certificate,
            or two.
    """
    if not options.is_loopback and not options.allow_anonymous and not keys.every():
        message = (
            f"whoever can reach {options.host} could use this server: make a key with "
            "`earmark keys add NAME`, or let everybody in with --allow-anonymous"
        )
        raise UsageError(message)
    if (options.tls_cert is None) != (options.tls_key is None):
        message = "--tls-cert and --tls-key belong together"
        raise UsageError(message)
    if options.tls_cert is not None and options.tls_self_signed:
        message = "choose --tls-cert with --tls-key, or --tls-self-signed"
        raise UsageError(message)


def _listener(options: ServerOptions) -> socket.socket:
    """Take the port: from now on clients can connect, and are answered when the server is ready.

    Raises:
        UsageError: another program has it, or there is no such address here.
    """
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    place = (options.host, options.port)
    try:
        listener = socket.create_server(place, family=family, backlog=BACKLOG)
    except (OSError, UnicodeError, OverflowError) as error:
        cause = (getattr(error, "strerror", None) or str(error)).lower()
        message = (
            f"cannot listen at {options.host}, port {options.port}: {cause}; choose others with "
            "--host and --port"
        )
        raise UsageError(message) from error
    # for all connections: else a body waits 40 ms until the head before it is acknowledged
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def _library(options: ServerOptions) -> tuple[Library, bool]:
    """Open the library, and tell whether it was made.

    Raises:
        UsageError: there is none, and none shall be made.
        LibraryError: it cannot be opened.
    """
    try:
        return Library.open(options.library, create=False), False
    except LibraryNotFoundError as error:
        if options.create:
            return Library.open(options.library, create=True), True
        message = (
            f"there is no library at {located(options.library).shown}; --create makes an empty "
            "one, and `earmark add` one of your songs"
        )
        raise UsageError(message) from error


def _config(options: ServerOptions, library: Library, state: SqliteFile) -> uvicorn.Config:
    supervisor = Supervisor(options, SqliteTaskQueue(state))
    context: Context = make_context(options, library, state, supervisor.wake)
    supervisor.take_up()
    context.trash.settle()
    return uvicorn.Config(
        make_app(context, supervisor),
        host=options.host,
        port=options.port,
        loop="asyncio",
        http=protocol_within(options.limits.head_s),
        ws="websockets-sansio",
        ws_max_size=MEGABYTE,
        ws_max_queue=MESSAGES_AHEAD,
        ws_ping_interval=None,  # who is heard slowly cannot answer a ping in time; `idle_s` holds
        ws_per_message_deflate=False,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(options.trusted_proxies),
        forwarded_allow_ips=list(options.trusted_proxies),
        limit_concurrency=options.limits.connections,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=round(options.shutdown_s),
        ssl_certfile=options.tls_cert,
        ssl_keyfile=options.tls_key,
    )
