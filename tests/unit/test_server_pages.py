from __future__ import annotations

import re
from html.parser import HTMLParser

import httpx

from earmark.server.pages import POLICY, SWAGGER
from tests.serving import Running


class Links(HTMLParser):
    """What a page fetches, and what it has inline."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.inline: list[str] = []
        self._tag = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what is fetched, and what is an attribute but should be a file."""
        self._tag = tag
        values = dict(attrs)
        place = values.get("src") or values.get("href")
        if place and not place.startswith("data:"):
            self.fetched.append(place)
        self.inline += [name for name in values if name == "style" or name.startswith("on")]

    def handle_data(self, data: str) -> None:
        """Note what stands between the tags of a script or a style."""
        if self._tag in {"script", "style"} and data.strip():
            self.inline.append(data)


def page(server: Running, name: str = "") -> httpx.Response:
    """A file of the page."""
    return httpx.get(f"{server.url}/docs/{name}")


def test_the_page_of_the_api_needs_no_other_host(server: Running) -> None:
    """All that it fetches lies in the package, and nothing in it is inline."""
    shown = httpx.get(f"{server.url}/docs", follow_redirects=True)
    links = Links(shown.text)
    assert shown.headers["content-type"].startswith("text/html")
    assert links.fetched == ["swagger-ui.css", "swagger-ui-bundle.js", "start.js"]
    assert [page(server, name).status_code for name in links.fetched] == [200, 200, 200]
    assert links.inline == []


def test_the_page_is_under_a_strict_policy(server: Running) -> None:
    """No script and no style that is not a file of this server."""
    assert page(server).headers["content-security-policy"] == POLICY
    assert "unsafe" not in POLICY
    assert "http" not in POLICY


def test_the_page_shows_the_document_of_this_server(server: Running) -> None:
    """At the address that its script names; and it asks no validator."""
    script = page(server, "start.js").text
    (place,) = re.findall(r'url: "(.*)"', script)
    assert httpx.get(str(page(server).url.join(place))).json()["info"]["title"] == "Earmark"
    assert "validatorUrl: null" in script


def test_the_licences_of_the_page_are_there(server: Running) -> None:
    """In the package, and beside the page."""
    for name in ("LICENSE", "NOTICE", "swagger-ui-bundle.js.LICENSE.txt"):
        assert page(server, name).text == (SWAGGER / name).read_text()


def test_nothing_else_is_served(server: Running) -> None:
    """No file beside the folder, and none that is not there."""
    for name in ("../pages.py", "..%2fpages.py", "%2e%2e/pages.py", "nothing"):
        missing = page(server, name)
        assert missing.status_code == 404
        assert missing.json()["type"] == "urn:earmark:problem:not-found"


def test_a_browser_may_keep_what_has_not_changed(server: Running) -> None:
    """It is told so without being sent the file again."""
    first = page(server, "swagger-ui.css")
    again = httpx.get(first.url, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
