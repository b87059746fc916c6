"""The page at `/`: the files of the folder `page`, as they are, each at an address for good.

There is no build step. The page's modules lie below `/page/VERSION/`, where VERSION is a hash of
all of them, so that a browser may keep them for good; only the page itself, which names the
version, is asked for each time. It also names every module that the first view needs, so that a
browser fetches them at once, and not one after the other has told of it.
"""

from __future__ import annotations

import gzip
import hashlib
import posixpath
import re
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.routing import BaseRoute

PAGE = Path(__file__).parent.parent / "page"
INDEX = "index.html"
ENTRY = "app.js"

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
    "media-src 'self' blob:; connect-src 'self'; worker-src 'self'; manifest-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Of the page: nothing inline runs, and nothing comes from or goes to another host; what is played
or shown may be made in the browser itself (`blob:`)."""

PERMISSIONS = "microphone=(self), camera=(), geolocation=()"

FOR_GOOD = "public, max-age=31536000, immutable"
ASK_FIRST = "no-cache"

MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".md": "text/plain; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
}
"""What is served: no file of another kind."""

STATIC_IMPORT = re.compile(r'^(?:import|export|\})[^;"()]*"(\.{1,2}/[^"]+)"', re.MULTILINE)
"""What a module imports in any case; `import(...)` fetches when it is asked to."""

LEAST_PACKED = 400
"""Bytes; what is smaller hardly shrinks."""


@dataclass(frozen=True, slots=True)
class Asset:
    """One file."""

    body: bytes
    packed: bytes | None
    """The same under gzip, if that is worth it."""
    media_type: str

    def response(self, request: Request, caching: str) -> Response:
        """Answer with it."""
        headers = {
            "Content-Security-Policy": POLICY,
            "Permissions-Policy": PERMISSIONS,
            "Cache-Control": caching,
            "Vary": "Accept-Encoding",
        }
        body = self.body
        if self.packed is not None and "gzip" in request.headers.get("accept-encoding", ""):
            body = self.packed
            headers["Content-Encoding"] = "gzip"
        return Response(body, headers=headers, media_type=self.media_type)


def routes(folder: Path = PAGE) -> list[BaseRoute]:
    """Return the routes of the page of a folder.

    Raises:
        OSError: the folder cannot be read.
    """
    files = read_files(folder)
    version = version_of(files)
    assets = {name: asset_of(name, body) for name, body in files.items()}
    index = asset_of(INDEX, index_of(files, version))

    async def page(request: Request) -> Response:
        return index.response(request, ASK_FIRST)

    async def file(request: Request) -> Response:
        asset = assets.get(request.path_params["name"])
        if asset is None or request.path_params["version"] != version:
            raise HTTPException(404)
        return asset.response(request, FOR_GOOD)

    return [
        Route("/", page, include_in_schema=False),
        Route("/page/{version}/{name:path}", file, include_in_schema=False),
    ]


def read_files(folder: Path) -> dict[str, bytes]:
    """Return the files that are served, by their paths below the folder."""
    paths = sorted(path for path in folder.rglob("*") if path.suffix in MEDIA_TYPES)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def version_of(files: Mapping[str, bytes]) -> str:
    """Return a name for just these files with just these contents."""
    digest = hashlib.sha256()
    for name, body in sorted(files.items()):
        digest.update(f"{name}\0{len(body)}\0".encode() + body)
    return digest.hexdigest()[:16]


def asset_of(name: str, body: bytes) -> Asset:
    """Make a file ready to be sent."""
    media_type = MEDIA_TYPES[posixpath.splitext(name)[1]]
    is_text = not media_type.startswith("image/png")
    packed = gzip.compress(body, mtime=0) if is_text and len(body) >= LEAST_PACKED else None
    return Asset(body, packed, media_type)


def index_of(files: Mapping[str, bytes], version: str) -> bytes:
    """Return the page: addresses with their version, and every module that the first view needs."""
    here = f"page/{version}/"
    links = "\n".join(
        f'    <link rel="modulepreload" href="{escape(here + name)}">'
        for name in modules_of(files, ENTRY)
    )
    text = files[INDEX].decode().replace("page/VERSION/", here)
    return text.replace("    <!-- modules -->", links).encode()


def modules_of(files: Mapping[str, bytes], entry: str) -> list[str]:
    """Return a module and all that it imports in any case, directly or not, each once.

    Raises:
        KeyError: one of them is not there.
    """
    found = [entry]
    for name in found:
        places = STATIC_IMPORT.findall(files[name].decode())
        folder = posixpath.dirname(name)
        names = [posixpath.normpath(posixpath.join(folder, place)) for place in places]
        found += [other for other in dict.fromkeys(names) if other not in found]
    return found
