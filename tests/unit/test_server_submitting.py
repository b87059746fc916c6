from __future__ import annotations

import asyncio
import shutil
from types import SimpleNamespace

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


def test_a_full_disk_takes_no_uploads(server: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before a byte is written."""
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(total=9, used=8, free=1))
    upload = Upload(server.context)
    with pytest.raises(StorageFullError), upload:
        pass
    assert not folder_of(server.context.options.state, upload.id).exists()
