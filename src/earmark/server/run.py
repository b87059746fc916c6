"""Running a server, from its options to its end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import uvicorn

from earmark.errors import UsageError
from earmark.library import Library
from earmark.server.app import make_app
from earmark.server.certificates import self_signed
from earmark.server.context import Context, make_context
from earmark.server.keys import Keys
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
MESSAGES_AHEAD = 16
"""Messages of a live connection that are taken before those that came are dealt with."""


@contextmanager
def made(options: ServerOptions) -> Iterator[uvicorn.Server]:
    """Put a server together; let go of its library and its files when the block ends.

    Raises:
        UsageError: options that make no sense together, or are not safe.
        LibraryError: the library cannot be opened.
        ServerStateError: the server's own files cannot be used.
        MissingExtraError: a certificate is to be made, and the extra `tls` is not installed.
    """
    if located(options.library).kind is Kind.MEMORY:
        message = "a server needs a library on a disk: its workers are processes of their own"
        raise UsageError(message)
    with sole(options.state), Library.open(options.library, create=True) as library:
        state = open_state(options.state)
        try:
            check_safe(options, Keys(state))
            if options.tls_self_signed:
                own = self_signed(options)
                options = replace(options, tls_cert=own.cert, tls_key=own.key)
            config = _config(options, library, state)
            server = uvicorn.Server(config)
            config.app.state.is_ending = lambda: server.should_exit  # type: ignore[union-attr]
            yield server
        finally:
            state.close()


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


def _config(options: ServerOptions, library: Library, state: SqliteFile) -> uvicorn.Config:
    supervisor = Supervisor(options, SqliteTaskQueue(state))
    context: Context = make_context(options, library, state, supervisor.wake)
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
