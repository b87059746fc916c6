"""The schema in which a library lies: whose it is, and how it is made and brought up to date.

One schema may hold several parts of Earmark, the library and the plays; the table `migrations`
says how many migrations each has had. All of a part's migrations are one transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from earmark.errors import LibraryBusyError, LibraryError, NotALibraryError
from earmark.sqlfiles import statements_of
from earmark.stores.postgres.address import Address
from earmark.stores.postgres.link import Asked, Link, Row
from earmark.stores.postgres.sql import QUERIES

OLDEST_SERVER = 140000
"""Pipelines and everything else that is used is there from PostgreSQL 14 on."""


class Schema:
    """One part of Earmark in one schema of a database."""

    def __init__(self, link: Link, address: Address, part: str, scripts: Sequence[str]) -> None:
        """Look at a schema.

        Args:
            link: a connection without a transaction.
            address: which schema.
            part: a name.
            scripts: its migrations.
        """
        self._link = link
        self._address = address
        self._part = part
        self._scripts = scripts
        self._quoted = quoted(address.schema)

    def version(self) -> int:
        """Return how many migrations the part has had; 0 before it is there.

        Raises:
            LibraryError: the server is too old, or cannot hold all texts.
            NotALibraryError: somebody else's tables lie there, or a newer Earmark's.
        """
        found = self._look()
        if not found["is_ours"]:
            if found["is_used"]:
                cause = f"its schema {self._address.schema} is another program's"
                raise NotALibraryError(self._address.shown, cause)
            return 0
        version = self._version()
        if version > len(self._scripts):
            cause = f"a newer Earmark made it (version {version}, this one: {len(self._scripts)})"
            raise NotALibraryError(self._address.shown, cause)
        return version

    def migrate(
        self,
        patience_s: float,
        begin: Callable[[], Asked] | None = None,
        fill: Callable[[Link, Address], None] | None = None,
    ) -> None:
        """Bring the part to today's version, in one transaction; another may have been faster.

        Args:
            patience_s: how long to wait for another who does the same.
            begin: what the first rows of a new part are written by.
            fill: writes into an older part what no script can.

        Raises:
            ReadOnlyLibraryError: this user may not make tables.
        """
        try:
            self._begin(patience_s)
            version = self.version()
            if not self._look()["is_ours"]:
                self._make()
            for script in self._scripts[version:]:
                self._run(*(Asked(one, {}) for one in self._statements(script)))
            if version == 0 and begin:
                self._run(begin())
            if 0 < version < len(self._scripts) and fill:
                fill(self._link, self._address)
            last = self._asked("set_version", part=self._part, version=len(self._scripts))
            self._run(last, self._asked("commit"))
        finally:
            self._link.leave()

    def _begin(self, patience_s: float) -> None:
        patience_ms = str(max(1, round(1000 * patience_s)))
        try:
            self._run(
                self._asked("begin_writing"),
                self._asked("prepare_writing", patience_ms=patience_ms),
                self._asked("writer_lock", schema=self._address.schema),
            )
        except LibraryBusyError as error:
            cause = f"another program is making or writing it since {patience_s:g} s"
            raise LibraryBusyError(self._address.shown, cause) from error

    def _make(self) -> None:
        if not self._look()["is_there"]:
            self._run(self._asked("make_schema"))
        self._run(self._asked("make_migrations"))

    def _look(self) -> Row:
        found = self._run(self._asked("look", schema=self._address.schema))
        if found["server"] < OLDEST_SERVER:
            cause = "its server is older than PostgreSQL 14"
            raise LibraryError(self._address.shown, cause)
        if found["encoding"] != "UTF8":
            cause = f"its database is in {found['encoding']}; Earmark needs one in UTF8"
            raise LibraryError(self._address.shown, cause)
        return found

    def _version(self) -> int:
        return int(self._run(self._asked("version", part=self._part)).get("version", 0))

    def _run(self, *asked: Asked) -> Row:
        """Send statements together, and return the first row of the first."""
        answers = self._link.ask(*asked)
        return answers[0].rows[0] if answers[0].rows else {}

    def _asked(self, name: str, /, **values: Any) -> Asked:  # noqa: ANN401 - what a column takes
        return Asked(QUERIES[name].replace("{schema}", self._quoted), values)

    def _statements(self, script: str) -> list[str]:
        return [one.replace("{schema}", self._quoted) for one in statements_of(script)]


def quoted(name: str) -> str:
    """Return a schema's name as it stands in a statement; an address has plain ones only."""
    return f'"{name}"'
