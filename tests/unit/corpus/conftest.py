"""A small table of prompts and a file of lines."""

from __future__ import annotations

import pytest

from interp.corpus.settings import Shares
from interp.corpus.texts import read_texts

PROMPTS = """path,speaker,utterance,text,split,seconds
a/1.ogg,a,p1,The boy was there when the sun rose.,train,2.0
a/2.ogg,a,p2,A king ruled the state in the early days.,valid,2.0
b/3.ogg,b,other,kick the ball straight and follow through,train,2.0
a/3.ogg,a,p3,Kick the ball straight and follow through.,test,2.0
b/4.ogg,b,p4,We talked of the side show in the circus,extra,2.0
b/5.ogg,b,p5,,reference,2.0
"""
LINES = """Help the woman get back to her feet.
The boy was there when the sun rose
The zxqwv was here all day.

***
Stop.
"""


@pytest.fixture
def files(tmp_path):
    """Paths of a metadata.csv and of a file of lines."""
    metadata, lines = tmp_path / "recordings.csv", tmp_path / "lines.txt"
    metadata.write_text(PROMPTS, encoding="utf-8")
    lines.write_text(LINES, encoding="utf-8")
    return metadata, lines


@pytest.fixture
def made_texts():
    """Made sentences alone."""
    return read_texts(None, None, Shares())
