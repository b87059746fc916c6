"""What PostgreSQL is searched by: the texts of names, and an index of trigrams where it can be had.

The index needs the extension pg_trgm, which is part of every complete server. It is made when a
library is opened by who may make it: the owner of the tables, if the extension is there, or is to
be had and this user may make things in the database. Without it, the same statement reads all
search texts, on the server, too, and the answers are the same.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from earmark.errors import LibraryError
from earmark.searchable import search_text
from earmark.stores import upgrading
from earmark.stores.postgres.address import Address
from earmark.stores.postgres.link import Asked, Link
from earmark.stores.postgres.schema import quoted
from earmark.stores.postgres.sql import QUERIES
from earmark.types import Metadata

_PAGE_NAMES = 5000

_SPECIAL = re.compile(r"([\\%_])")


@dataclass(frozen=True, slots=True)
class SearchIndex:
    """The index of trigrams of one schema."""

    link: Link
    """Without a transaction."""
    schema: str
    """As it is."""
    quoted: str
    """As it stands in a statement."""

    def is_there(self) -> bool:
        """Tell whether searches use it."""
        rows = self.link.ask(Asked(QUERIES["trigram_index"], {"schema": self.schema}))[0].rows
        return bool(rows and rows[0]["is_there"])

    def see_to(self) -> None:
        """Make it, if this user may and nobody is in the way; else nothing happens."""
        rows = self.link.ask(Asked(QUERIES["trigram_index"], {"schema": self.schema}))[0].rows
        found = rows[0] if rows else {"is_there": True}
        if found["is_there"] or not found["may_make"]:
            return
        if found["extension"] or found["may_extend"]:
            try:
                self._make()
            except LibraryError:  # searches are slower without, and the same
                pass
            finally:
                self.link.leave()

    def _make(self) -> None:
        self._run("begin_writing")
        self._run("hurry")
        self._run("make_extension")
        asked = Asked(QUERIES["trigram_index"], {"schema": self.schema})
        extension = self.link.ask(asked)[0].rows[0]["extension"].replace('"', '""')
        self._run("make_trigram_index", extension=f'"{extension}"')
        self._run("commit")

    def _run(self, name: str, **names: str) -> None:
        statement = QUERIES[name].replace("{schema}", self.quoted)
        for place, told in names.items():
            statement = statement.replace(f"{{{place}}}", told)
        self.link.ask(Asked(statement, {}))


def fill(link: Link, address: Address) -> None:
    """Make searchable what was there before there was a search, in bounded memory.

    Args:
        link: within a transaction.
        address: of the schema.
    """
    counted, following, copy = (
        QUERIES[name].replace("{schema}", quoted(address.schema))
        for name in ("count_unsearchable", "unsearchable", "copy_search_texts")
    )
    upgrading.announce(address.shown, link.ask(Asked(counted, {}))[0].rows[0]["tracks"])
    key = -1
    while rows := link.ask(Asked(following, {"key": key, "limit": _PAGE_NAMES}))[0].rows:
        texts = (
            (row["key"], search_text(Metadata(row["title"], row["artist"], row["album"])))
            for row in rows
        )
        link.copy(copy, ("int8", "text"), texts)
        key = rows[-1]["key"]


def pattern_of(trigram: str) -> str:
    """Return the pattern of `LIKE` for texts that have a trigram in them."""
    return "%" + _SPECIAL.sub(r"\\\1", trigram) + "%"
