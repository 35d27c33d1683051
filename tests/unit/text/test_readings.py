"""A table of readings, written by hand from the kinds that people meet: kind, text, what is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from interp.text.symbols import PUNCTUATION
from interp.text.tokens import read_tokens

TABLE = Path(__file__).parent / "readings.tsv"
ROWS = [tuple(line.split("\t")) for line in TABLE.read_text(encoding="utf-8").splitlines()]


def said(text: str) -> str:
    """Words in lower case, hyphens and the dots of letters as spaces, marks left out."""
    tokens = [t if isinstance(t, str) else t.text for t in read_tokens(text).tokens]
    words = " ".join(t for t in tokens if t not in PUNCTUATION).lower()
    return " ".join(words.replace("-", " ").replace(".", " ").split())


def test_the_table_is_of_its_form():
    assert all(len(row) == 3 for row in ROWS)
    assert len({text for _, text, _ in ROWS}) == len(ROWS) >= 300


@pytest.mark.parametrize(("kind", "text", "wanted"), ROWS, ids=[f"{k}-{t}" for k, t, _ in ROWS])
def test_a_text_is_read_as_people_say_it(kind, text, wanted):
    one = said(text).replace("résumé", "resume")
    assert any(one == form.strip() for form in wanted.split(" / ")), one
