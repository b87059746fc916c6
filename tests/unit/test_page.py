"""Tests of earmark.evaluation.page."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from earmark.errors import MissingExtraError
from earmark.evaluation import page
from earmark.evaluation.conditions import chosen
from earmark.evaluation.page import html_page, percent
from tests.measurements import report

VOID = {"meta", "br", "link"}


class Balance(HTMLParser):
    """Counts what is opened and closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002
        """Note an element that has to be closed."""
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close the last element, which must be this."""
        assert self.open.pop() == tag


def test_a_page_needs_nothing_else() -> None:
    """No script, and no address but the names that SVG requires."""
    text = html_page(report(conditions=tuple(chosen(["noise", "speed"]))))
    assert "<script" not in text
    assert set(re.findall(r"https?://([^/\"]+)", text)) <= {"www.w3.org"}
    assert not re.search(r"<(img|link)\b|url\((?!#)", text)


def test_every_element_is_closed() -> None:
    """The page is well-formed to its end."""
    parser = Balance()
    parser.feed(html_page(report(conditions=tuple(chosen()[:30]))))
    assert parser.open == []


def test_names_cannot_become_markup() -> None:
    """A file's name is text, whatever is in it."""
    text = html_page(report())
    assert "songs &lt;b&gt;" in text
    assert "bad &lt;i&gt;.mp3" in text


def test_a_page_tells_what_went_wrong() -> None:
    """Mistakes and files that were left out are listed."""
    text = html_page(report())
    assert "Taken for" in text
    assert "no audio stream in it" in text


def test_a_stopped_measurement_says_so() -> None:
    """Nobody takes a part for the whole."""
    assert "was stopped" in html_page(report(is_complete=False))
    assert "was stopped" not in html_page(report())


def test_without_the_extra_the_error_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is missing is an optional part, with a name."""
    monkeypatch.setattr(page, "find_spec", lambda _: None)
    with pytest.raises(MissingExtraError, match=r"pip install 'earmark\[bench\]'"):
        html_page(report())


def test_no_share_is_a_dash() -> None:
    """Nothing of nothing is no percentage."""
    assert (percent(None), percent(0.5), percent(0.9876, 1)) == ("-", "50 %", "98.8 %")
