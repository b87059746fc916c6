from __future__ import annotations

import asyncio
import errno
import io
import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import NoReturn

import pytest

from earmark.errors import OverloadedError, StorageFullError
from earmark.server.submitting import Upload, folder_of, submit
from earmark.server.tasks.base import TaskKind
from tests.serving import Running, make_options, running


def test_a_task_that_is_refused_leaves_nothing(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Neither in the queue nor on the disk."""
    options = make_options(tmp_path_factory.mktemp("full"), limits={"queued": 0})
    with running(options) as server, pytest.raises(OverloadedError):
        asyncio.run(submit(server.context, TaskKind.IDENTIFY, {}, [b"x"]))
    assert list((options.state / "uploads").iterdir()) == []


class FullFile(io.RawIOBase):
    """A file on a disk that is full."""

    def writable(self) -> bool:
        """Tell that it may be written."""
        return True

    def write(self, _: object) -> NoReturn:
        """Find no room."""
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("length", [1, 1 << 20])
def test_a_disk_that_fills_up_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, length: int
) -> None:
    """Also if only the end of a body finds no room, which is written when its file is closed."""

    class Sent:
        async def stream(self) -> AsyncIterator[bytes]:
            """Give all at once."""
            yield b"x" * length

    monkeypatch.setattr(Path, "open", lambda *_: io.BufferedWriter(FullFile()))
    upload = Upload(SimpleNamespace(options=SimpleNamespace(state=tmp_path)))  # type: ignore[arg-type]
    with pytest.raises(StorageFullError):
        asyncio.run(upload.take_body(Sent()))  # type: ignore[arg-type]


def test_a_full_disk_takes_no_uploads(server: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before a byte is written."""
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(total=9, used=8, free=1))
    upload = Upload(server.context)
    with pytest.raises(StorageFullError), upload:
        pass
    assert not folder_of(server.context.options.state, upload.id).exists()
