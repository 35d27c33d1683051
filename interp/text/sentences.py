"""Long text cut into pieces that can be spoken one by one: sentences, and clauses of long sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator

from interp.text.abbreviations import NOT_A_SENTENCE_END
from interp.text.markup import PIECES_KEPT
from interp.text.tokens import has_word, read_tokens
from masks.errors import InterpError

_SMALLEST_MAX_CHARS = 20
_OPENING = "\"'([{\u201c\u2018"
_CLOSING = "\"')]}\u201d\u2019"
_LETTERS_WITH_DOTS = re.compile(r"(?:[A-Za-z]\.){1,10}")


def split_sentences(text: str, max_chars: int = 200) -> list[str]:
    """Cut text into pieces, each of which ``phonemize`` accepts.

    Cuts are made at the ends of sentences; sentences that are too long are cut further after ``, ; :`` or a
    dash, else between words, else inside a word. No word is lost: the pieces' characters are the text's,
    white space apart, except that signs without a word in them may be left out.

    Parameters
    ----------
    text : any Unicode text
    max_chars : int, at least 20, the most characters of a piece

    Raises
    ------
    InterpError
        No word that can be spoken, or ``max_chars`` out of range.
    """
    if max_chars < _SMALLEST_MAX_CHARS:
        raise InterpError(f"max_chars: found {max_chars}; allowed is {_SMALLEST_MAX_CHARS} or more; raise it")
    read_tokens(text)
    words = [
        word[at : at + max_chars]
        for word in PIECES_KEPT.findall(text)
        for at in range(0, len(word), max_chars)
    ]
    pieces = [" ".join(piece) for sentence in _sentences(words) for piece in _clauses(sentence, max_chars)]
    return _join_unspeakable(pieces, max_chars)


def _sentences(words: list[str]) -> Iterator[list[str]]:
    start = 0
    for index in range(len(words)):
        following = words[index + 1] if index + 1 < len(words) else ""
        if not following or _ends_sentence(words[index], following):
            yield words[start : index + 1]
            start = index + 1


def _ends_sentence(word: str, following: str) -> bool:
    """Whether a sentence ends between two words: a stop, not an abbreviation's, no small letter after."""
    bare = word.rstrip(_CLOSING)
    if bare.endswith(("!", "?", "\u3002", "\uff01", "\uff1f")):
        return not following[0].islower()
    if not bare.endswith((".", "\u2026")) or following.lstrip(_OPENING)[:1].islower():
        return False
    stem = bare.lstrip(_OPENING)
    is_clock_time = stem.lower() in ("a.m.", "p.m.")
    return is_clock_time or not (stem[:-1] in NOT_A_SENTENCE_END or _LETTERS_WITH_DOTS.fullmatch(stem))


def _clauses(words: list[str], max_chars: int) -> Iterator[list[str]]:
    """Pieces of at most ``max_chars``, cut after the last comma of the second half, or where full."""
    piece: list[str] = []
    length = -1
    for word in words:
        if length + 1 + len(word) > max_chars:
            cut = _last_comma(piece, max_chars // 2)
            yield piece[:cut]
            piece = piece[cut:]
            length = sum(map(len, piece)) + len(piece) - 1
            if length + 1 + len(word) > max_chars:
                yield piece
                piece, length = [], -1
        piece.append(word)
        length += 1 + len(word)
    yield piece


def _last_comma(words: list[str], shortest: int) -> int:
    """How many words to keep: up to the last that ends a clause after ``shortest`` characters, else all."""
    kept = sum(map(len, words)) + len(words) - 1
    for count in range(len(words), 0, -1):
        if kept < shortest:
            break
        if words[count - 1].rstrip(_CLOSING).endswith((",", ";", ":", "-", "\u2013", "\u2014")):
            return count
        kept -= 1 + len(words[count - 1])
    return len(words)


def _join_unspeakable(pieces: list[str], max_chars: int) -> list[str]:
    """Pieces without a word join the one before, where there is room; otherwise they are left out."""
    joined: list[str] = []
    for piece in pieces:
        if has_word(piece):
            joined.append(piece)
        elif joined and len(joined[-1]) + 1 + len(piece) <= max_chars:
            joined[-1] += f" {piece}"
    return joined
