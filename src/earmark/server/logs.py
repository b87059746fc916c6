"""The server's log: a line of JSON for each thing that happened, without secrets."""

from __future__ import annotations

import logging
import sys
from datetime import UTC, datetime
from typing import TextIO

from earmark import jsonable
from earmark.units import iso_utc

LOGGER = logging.getLogger("earmark.server")
FIELDS = "fields"
"""What a record carries beside its message."""


class JsonLines(logging.Formatter):
    """One object on one line."""

    def format(self, record: logging.LogRecord) -> str:
        """Write a record."""
        line: jsonable.Object = {
            "at": iso_utc(datetime.fromtimestamp(record.created, UTC)),
            "level": record.levelname.lower(),
            "what": record.getMessage(),
            **getattr(record, FIELDS, {}),
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return jsonable.dumps(line)


def note(what: str, *, level: int = logging.INFO, trace: bool = False, **fields: object) -> None:
    """Write what happened to the log."""
    LOGGER.log(level, what, extra={FIELDS: fields}, exc_info=trace)


def begin_logging(stream: TextIO | None = None, level: int = logging.INFO) -> None:
    """Write the logs of the server and of what it stands on as lines of JSON."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines())
    for name in ("earmark.server", "uvicorn", "asyncio"):
        logger = logging.getLogger(name)
        logger.handlers[:] = [handler]
        logger.propagate = False
        logger.setLevel(level if name == "earmark.server" else logging.WARNING)
