"""`earmark serve`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from earmark.cli.edge import in_words
from earmark.cli.first_use import announce_compiling
from earmark.cli.options import DebugOption, LibraryOption, StateOption
from earmark.server.options import Limits, ServerOptions
from earmark.settings import library_location, read_env_file, server_state

USUAL = Limits()
ENV_FILE = ".env"


def _read_env(chosen: Path | None) -> Path | None:
    """Read a file of settings before the options that they are for."""
    path = chosen or Path(ENV_FILE)
    if chosen is None and not path.is_file():
        return None
    try:
        read_env_file(path)
    except (OSError, ValueError) as error:
        message = f"{path}: {error}"
        raise typer.BadParameter(message) from error
    return path


def serve(
    library: LibraryOption = None,
    *,
    _env: Annotated[
        Path | None,
        typer.Option(
            "--env-file",
            metavar="FILE",
            is_eager=True,
            callback=_read_env,
            help="Lines of NAME=VALUE to set in the environment; .env unless given.",
        ),
    ] = None,
    host: Annotated[
        str,
        typer.Option(
            metavar="ADDRESS",
            envvar="EARMARK_HOST",
            help="The address to listen at. Others than this machine's own need a key.",
        ),
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(metavar="PORT", min=0, max=65535, envvar="EARMARK_PORT", help="The port.")
    ] = 8765,
    state: StateOption = None,
    workers: Annotated[
        int,
        typer.Option(
            metavar="N", min=1, envvar="EARMARK_WORKERS", help="Processes that work off tasks."
        ),
    ] = 1,
    plays: Annotated[
        str | None,
        typer.Option(
            "--operations",
            metavar="FILE",
            envvar="EARMARK_OPERATIONS",
            help="The store of plays that /airplay tells of, and that monitors write: a file, "
            "or an address in PostgreSQL.",
        ),
    ] = None,
    monitor_private: Annotated[
        bool,
        typer.Option(
            "--monitor-private",
            envvar="EARMARK_MONITOR_PRIVATE",
            help="Let monitors go to addresses of private networks and of this machine.",
        ),
    ] = False,
    allow_anonymous: Annotated[
        bool,
        typer.Option(
            "--allow-anonymous",
            envvar="EARMARK_ALLOW_ANONYMOUS",
            help="Let everybody in who can reach the server, also from other machines.",
        ),
    ] = False,
    allowed_host: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            envvar="EARMARK_ALLOWED_HOSTS",
            help="A name under which a server without keys may be asked; may be repeated.",
        ),
    ] = None,
    allowed_origin: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ORIGIN",
            envvar="EARMARK_ALLOWED_ORIGINS",
            help="A site, as https://music.example, whose pages may use the server; may be "
            "repeated.",
        ),
    ] = None,
    trusted_proxy: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NETWORK",
            envvar="EARMARK_TRUSTED_PROXIES",
            help="An address or a network of proxies whose X-Forwarded-For is believed; may be "
            "repeated.",
        ),
    ] = None,
    tls_cert: Annotated[
        Path | None,
        typer.Option(metavar="FILE", envvar="EARMARK_TLS_CERT", help="A certificate, for HTTPS."),
    ] = None,
    tls_key: Annotated[
        Path | None,
        typer.Option(metavar="FILE", envvar="EARMARK_TLS_KEY", help="Its private key."),
    ] = None,
    tls_self_signed: Annotated[
        bool,
        typer.Option(
            "--tls-self-signed",
            envvar="EARMARK_TLS_SELF_SIGNED",
            help="HTTPS with a certificate of the server's own, of which browsers warn.",
        ),
    ] = False,
    rate: Annotated[
        int,
        typer.Option(
            metavar="N",
            min=0,
            envvar="EARMARK_RATE",
            help="Requests that each client may send in a minute; 0 for any number.",
        ),
    ] = USUAL.per_minute,
    clip_mb: Annotated[
        int,
        typer.Option(metavar="MB", min=1, envvar="EARMARK_CLIP_MB", help="The largest clip."),
    ] = USUAL.clip_mb,
    upload_mb: Annotated[
        int,
        typer.Option(
            metavar="MB",
            min=1,
            envvar="EARMARK_UPLOAD_MB",
            help="The largest request that adds tracks or has a recording scanned.",
        ),
    ] = USUAL.upload_mb,
    track_hours: Annotated[
        float,
        typer.Option(
            metavar="HOURS",
            envvar="EARMARK_TRACK_HOURS",
            help="The longest recording that is added or scanned.",
        ),
    ] = USUAL.track_hours,
    decode_s: Annotated[
        float,
        typer.Option(
            metavar="SECONDS",
            envvar="EARMARK_DECODE_S",
            help="How long decoding a clip may take.",
        ),
    ] = USUAL.decode_s,
    decode_mb: Annotated[
        int,
        typer.Option(
            metavar="MB",
            min=256,
            envvar="EARMARK_DECODE_MB",
            help="What a process that decodes may take of the memory.",
        ),
    ] = USUAL.decode_mb,
    task_mb: Annotated[
        int,
        typer.Option(
            metavar="MB",
            min=512,
            envvar="EARMARK_TASK_MB",
            help="What a process that works off tasks may take of it.",
        ),
    ] = USUAL.task_mb,
    task_s: Annotated[
        float,
        typer.Option(
            metavar="SECONDS",
            min=1,
            envvar="EARMARK_TASK_S",
            help="How long a task may take before it is tried again.",
        ),
    ] = USUAL.task_s,
    queued: Annotated[
        int,
        typer.Option(
            metavar="N",
            min=1,
            envvar="EARMARK_QUEUED",
            help="Tasks that may wait before others are refused.",
        ),
    ] = USUAL.queued,
    keep_hours: Annotated[
        float,
        typer.Option(
            metavar="HOURS",
            envvar="EARMARK_KEEP_HOURS",
            help="How long the results of tasks are kept.",
        ),
    ] = 24.0,
    scans_mb: Annotated[
        int,
        typer.Option(
            metavar="MB",
            min=0,
            envvar="EARMARK_SCANS_MB",
            help="What scanned recordings may take of the disk, which are kept to be listened to "
            "as long as their results; the oldest go first.",
        ),
    ] = USUAL.scans_mb,
    trash_hours: Annotated[
        float,
        typer.Option(
            metavar="HOURS",
            min=0,
            envvar="EARMARK_TRASH_HOURS",
            help="How long a deleted track can be restored; 0 for not at all.",
        ),
    ] = 24.0,
    trash_mb: Annotated[
        int,
        typer.Option(
            metavar="MB",
            min=0,
            envvar="EARMARK_TRASH_MB",
            help="What deleted tracks may take of the disk; the oldest go first.",
        ),
    ] = USUAL.trash_mb,
    listeners: Annotated[
        int,
        typer.Option(
            metavar="N", min=0, envvar="EARMARK_LISTENERS", help="Live connections at a time."
        ),
    ] = USUAL.listeners,
    idle_s: Annotated[
        float,
        typer.Option(
            metavar="SECONDS",
            min=1,
            envvar="EARMARK_IDLE_S",
            help="How long a live connection may send nothing.",
        ),
    ] = USUAL.idle_s,
    shutdown_s: Annotated[
        float,
        typer.Option(
            metavar="SECONDS",
            min=0,
            envvar="EARMARK_SHUTDOWN_S",
            help="How long a server that is told to end waits for what is under way.",
        ),
    ] = 30.0,
    debug: DebugOption = False,
) -> None:
    """Serve the library over HTTP and WebSocket: docs/server.md describes the API.

    It listens on this machine only, unless it is told otherwise; then it wants keys, which
    `earmark keys add` makes. It logs lines of JSON on stderr, and ends with Ctrl-C or SIGTERM.
    Options are also read from the environment, and from a file .env in the working folder.

    For example:

        earmark serve
        earmark keys add telephone && earmark serve --host 0.0.0.0
    """
    options = ServerOptions(
        library=library_location(library),
        state=server_state(state),
        host=host,
        port=port,
        workers=workers,
        keep_hours=keep_hours,
        trash_hours=trash_hours,
        shutdown_s=shutdown_s,
        allow_anonymous=allow_anonymous,
        allowed_hosts=tuple(allowed_host or ()),
        allowed_origins=tuple(allowed_origin or ()),
        trusted_proxies=tuple(trusted_proxy or ()),
        tls_cert=tls_cert,
        tls_key=tls_key,
        tls_self_signed=tls_self_signed,
        operations=plays,
        monitor_private=monitor_private,
        limits=Limits(
            per_minute=rate,
            clip_mb=clip_mb,
            upload_mb=upload_mb,
            track_hours=track_hours,
            decode_s=decode_s,
            decode_mb=decode_mb,
            task_mb=task_mb,
            task_s=task_s,
            queued=queued,
            scans_mb=scans_mb,
            trash_mb=trash_mb,
            listeners=listeners,
            idle_s=idle_s,
        ),
    )
    with in_words(debug=debug, library=library):
        from earmark.server.logs import begin_logging
        from earmark.server.run import made

        announce_compiling()
        with made(options) as server:
            begin_logging()
            scheme = "https" if tls_cert or tls_self_signed else "http"
            typer.echo(f"{scheme}://{host}:{port}", err=True)
            server.run()
