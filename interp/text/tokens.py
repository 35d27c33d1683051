"""Words and punctuation marks of any text, or the error that says that there is nothing to speak."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from interp.text.fold import fold
from interp.text.markup import Given, Stressed, read_markup
from interp.text.normalize import normalize_folded
from interp.text.symbols import PUNCTUATION
from masks.errors import InterpError

_TOKEN = re.compile(r"[A-Za-z](?:\.[A-Za-z])+(?![A-Za-z])|[A-Za-z']+(?:-[A-Za-z']+)*|[-.,!?;:]")
# What a run of punctuation is read as: its strongest mark.
_STRENGTH = {mark: rank for rank, mark in enumerate("-,:;.!?")}
_SHOWN_CHARACTERS = 40


Token = str | Given | Stressed


@dataclass(frozen=True)
class Tokens:
    """Words and single punctuation marks, the first of them a word, and what is said of the rest.

    ``tokens`` : text, a word whose phones are given, or a word to be stressed; ``dropped`` : characters that
    are not spoken; ``notes`` : on tags
    """

    tokens: tuple[Token, ...]
    dropped: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def read_tokens(text: str) -> Tokens:
    """Normalise text and cut it into tokens; at least one of them is a word, and a word has a letter.

    Raises
    ------
    InterpError
        The text is empty or holds no word that can be spoken.
    """
    found = _tokens(text)
    if not found.tokens:
        raise InterpError(_nothing_to_say(text))
    return found


def has_word(text: str) -> bool:
    """Whether ``read_tokens`` finds a word in the text."""
    return bool(_tokens(text).tokens)


def _tokens(text: str) -> Tokens:
    marked = read_markup(text)
    tokens: list[Token] = []
    dropped: dict[str, None] = {}
    for piece in marked.pieces:
        if isinstance(piece, Given):
            tokens.append(piece)
            continue
        folded = fold(piece if isinstance(piece, str) else piece.text)
        dropped |= dict.fromkeys(folded.dropped)
        _add(tokens, normalize_folded(folded.text), str if isinstance(piece, str) else Stressed)
    return Tokens(tuple(tokens), tuple(dropped), tuple(marked.notes))


def words_and_marks(normal: str) -> list[str]:
    """Tokens of normal text; marks before the first word are left out, so none are without a word."""
    tokens: list[Token] = []
    _add(tokens, normal, str)
    return [t for t in tokens if isinstance(t, str)]


def _add(tokens: list[Token], normal: str, kind: Callable[[str], Token]) -> None:
    """Tokens of normal text behind those there are, its words as a ``kind`` of token."""
    for token in _TOKEN.findall(normal):
        if token in PUNCTUATION:
            _add_mark(tokens, token)
        elif token.strip("'-"):
            tokens.append(kind(token))


def _add_mark(tokens: list[Token], mark: str) -> None:
    if not tokens:
        return
    last = tokens[-1]
    if not isinstance(last, str) or last not in PUNCTUATION:
        tokens.append(mark)
    elif _STRENGTH[mark] > _STRENGTH[last]:
        tokens[-1] = mark


def _nothing_to_say(text: str) -> str:
    remedy = "give at least one word in English letters or a number"
    if not text.strip():
        return f"text: it is empty; {remedy}"
    shown = text if len(text) <= _SHOWN_CHARACTERS else text[:_SHOWN_CHARACTERS] + "..."
    return f"text: found no word to speak in {shown!r}; {remedy}"
