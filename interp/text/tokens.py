"""Words and punctuation marks of any text, or the error that says that there is nothing to speak."""

from __future__ import annotations

import re
from dataclasses import dataclass

from interp.text.fold import fold
from interp.text.normalize import normalize_folded
from interp.text.symbols import PUNCTUATION
from masks.errors import InterpError

_TOKEN = re.compile(r"[A-Za-z](?:\.[A-Za-z])+(?![A-Za-z])|[A-Za-z']+(?:-[A-Za-z']+)*|[-.,!?;:]")
# What a run of punctuation is read as: its strongest mark.
_STRENGTH = {mark: rank for rank, mark in enumerate("-,:;.!?")}
_SHOWN_CHARACTERS = 40


@dataclass(frozen=True)
class Tokens:
    """Words and single punctuation marks, the first of them a word, and characters that are not spoken."""

    tokens: tuple[str, ...]
    dropped: tuple[str, ...]


def read_tokens(text: str) -> Tokens:
    """Normalise text and cut it into tokens; at least one of them is a word, and a word has a letter.

    Raises
    ------
    InterpError
        The text is empty or holds no word that can be spoken.
    """
    folded = fold(text)
    tokens = _tokens(normalize_folded(folded.text))
    if not tokens:
        raise InterpError(_nothing_to_say(text))
    return Tokens(tuple(tokens), folded.dropped)


def has_word(text: str) -> bool:
    """Whether ``read_tokens`` finds a word in the text."""
    return bool(_tokens(normalize_folded(fold(text).text)))


def _tokens(normal: str) -> list[str]:
    """Tokens of normal text; marks before the first word are left out, so none are without a word."""
    tokens: list[str] = []
    for token in _TOKEN.findall(normal):
        if token in PUNCTUATION:
            _add_mark(tokens, token)
        elif token.strip("'-"):
            tokens.append(token)
    return tokens


def _add_mark(tokens: list[str], mark: str) -> None:
    if not tokens:
        return
    if tokens[-1] not in PUNCTUATION:
        tokens.append(mark)
    elif _STRENGTH[mark] > _STRENGTH[tokens[-1]]:
        tokens[-1] = mark


def _nothing_to_say(text: str) -> str:
    remedy = "give at least one word in English letters or a number"
    if not text.strip():
        return f"text: it is empty; {remedy}"
    shown = text if len(text) <= _SHOWN_CHARACTERS else text[:_SHOWN_CHARACTERS] + "..."
    return f"text: found no word to speak in {shown!r}; {remedy}"
