"""The page that shows the API, at `/docs`: Swagger UI, from files of the package alone.

The folder `swagger` holds `swagger-ui-bundle.js` and `swagger-ui.css` as the npm package
swagger-ui-dist 5.35.0 has them, with its licence (Apache-2.0) and those of what is bundled; the
page and the script that starts it are ours.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from starlette.staticfiles import StaticFiles

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import Scope

SWAGGER = Path(__file__).parent / "swagger"

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Of the page: nothing inline runs, and nothing comes from or goes to another host; the icons of
the style sheet are `data:`."""


class Pages(StaticFiles):
    """Files of a folder, which a browser may keep as long as it asks whether they have changed."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return a file with the headers of a page."""
        response = await super().get_response(path, scope)
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["Cache-Control"] = "no-cache"
        return response


def swagger() -> Pages:
    """Return the page of the API."""
    return Pages(directory=SWAGGER, html=True)
