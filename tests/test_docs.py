"""Documents that show code show code that runs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from earmark.evaluation.codecs import FLAC, encode
from earmark.evaluation.degradations import excerpt
from earmark.evaluation.synthesis import catalogue

ROOT = Path(__file__).parent.parent
PYTHON = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)
DOCUMENTS = [
    path
    for path in sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
    if PYTHON.search(path.read_text(encoding="utf-8"))
]


@pytest.fixture
def music(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with what the examples speak of: songs/ and a clip of one of them."""
    (tmp_path / "songs").mkdir()
    for piece in catalogue(2, seed=5, duration_s=15.0):
        data = encode(piece.samples, piece.sample_rate_hz, FLAC, {"title": piece.title})
        (tmp_path / "songs" / f"{piece.title}.flac").write_bytes(data)
        clip = excerpt(piece.samples, piece.sample_rate_hz, 4.0, 6.0)
        (tmp_path / "clip.flac").write_bytes(encode(clip, piece.sample_rate_hz, FLAC))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_the_examples_of_a_document_run(
    document: Path, music: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A document's Python blocks, in their order, run and name the clip."""
    for block in PYTHON.findall(document.read_text(encoding="utf-8")):
        exec(compile(block, str(document), "exec"), {})  # noqa: S102 - our own documents
    assert "identified" in capsys.readouterr().out
    assert (music / "music.earmark").is_dir()
