from __future__ import annotations

from earmark.texts import printable


def test_a_text_becomes_one_harmless_line() -> None:
    """Ends of lines, escapes of terminals and half characters are spelt out; letters stay."""
    assert printable("Tïm\n\x1b[2J\ud800") == r"Tïm\n\x1b[2J\ud800"
