"""Tasks as clients give them: their files laid down first, then the task, so that none is lost."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Self

from earmark.errors import ServerStateError, StorageFullError, UsageError
from earmark.ingest import new_id
from earmark.server.reading import FORM, content_type, form_of, plain_name
from earmark.server.state import unusable, uploads

if TYPE_CHECKING:
    from starlette.requests import Request

    from earmark.server.context import Context
    from earmark.server.tasks.base import Task, TaskKind

COPY_BYTES = 1 << 20
MOST_FILES = 100
"""Of one request."""

ROOM_BYTES = 256 << 20
"""Of the disk, that uploads leave free."""


class Upload:
    """The files of a task that is not put yet; dropped with the block unless it was put."""

    def __init__(self, context: Context) -> None:
        """Give the task its id."""
        self.id = new_id()
        self._context = context
        self._folder = folder_of(context.options.state, self.id)
        self._count = 0
        self._is_put = False

    def __enter__(self) -> Self:
        """Make room for its files.

        Raises:
            StorageFullError: there is none.
            ServerStateError: the folder cannot be made.
        """
        try:
            self._folder.mkdir(mode=0o700, parents=True)
            if shutil.disk_usage(self._folder).free < ROOM_BYTES:
                self._folder.rmdir()
                raise StorageFullError(str(self._folder.parent), "the disk is nearly full")
        except OSError as error:
            raise self._failed(error) from error
        return self

    def __exit__(self, *_: object) -> None:
        """Drop the files of a task that was not put."""
        if not self._is_put:
            shutil.rmtree(self._folder, ignore_errors=True)

    def next_path(self) -> Path:
        """Where the next file belongs."""
        self._count += 1
        return self._folder / str(self._count - 1)

    async def take_data(self, data: bytes) -> None:
        """Take a file that is in memory."""
        await self._written(partial(self.next_path().write_bytes, data))

    async def take_file(self, file: IO[bytes]) -> None:
        """Take a file that is open."""
        await self._written(partial(_copied, file, self.next_path()))

    async def take_body(self, request: Request) -> None:
        """Take the body of a request, as it comes.

        Raises:
            StorageFullError: there is no room for it.
            ServerStateError: it cannot be written for another reason.
            RequestError: it is too large, or comes too slowly.
        """
        try:
            with self.next_path().open("wb") as target:  # its end is written when it is closed
                async for part in request.stream():
                    await asyncio.to_thread(target.write, part)
        except OSError as error:
            raise self._failed(error) from error

    def put(self, kind: TaskKind, request: Mapping[str, Any]) -> Task:
        """Put the task.

        Raises:
            OverloadedError: too many wait.
        """
        queue, most = self._context.queue, self._context.options.limits.queued
        queue.put(self.id, kind, request, most)
        self._is_put = True
        self._context.wake()
        return queue.get(self.id)

    async def _written(self, write: partial[Any]) -> None:
        try:
            await asyncio.to_thread(write)
        except OSError as error:
            raise self._failed(error) from error

    def _failed(self, error: OSError) -> ServerStateError | StorageFullError:
        return unusable(self._folder.parent, error)


async def submit(
    context: Context, kind: TaskKind, request: Mapping[str, Any], data: Sequence[bytes] = ()
) -> Task:
    """Put a task with files that are in memory.

    Raises:
        OverloadedError: too many wait.
        ServerStateError: its files cannot be written.
    """
    with Upload(context) as upload:
        for one in data:
            await upload.take_data(one)
        return upload.put(kind, request)


async def received(
    request: Request, upload: Upload, name: str, most: int = MOST_FILES
) -> list[str]:
    """Lay down the files of a request, and return what they are called.

    Raises:
        RequestError: it is too large, or comes too slowly.
        UsageError: there is none.
    """
    if content_type(request) != FORM:
        await upload.take_body(request)
        if not request.scope["state"]["body"].came:
            message = "the body is empty; send a recording"
            raise UsageError(message)
        return [plain_name(name or "upload")]
    async with form_of(request, files=most) as files:
        if not files:
            message = "the form has no file; send one or more as `file`"
            raise UsageError(message)
        for file in files:
            await upload.take_file(file.file)
        return [plain_name(file.filename) for file in files]


def folder_of(state: Path, task_id: str) -> Path:
    """Where the files of a task lie."""
    return uploads(state) / task_id


def _copied(file: IO[bytes], path: Path) -> None:
    with path.open("wb") as target:
        shutil.copyfileobj(file, target, COPY_BYTES)
