"""Unicode folding: any text becomes printable ASCII and a few signs; what has no counterpart is named."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

KEPT_SIGNS = "£€¥¢°"

_BY_HAND = {
    **dict.fromkeys("‘’‚‛′´`ʼ", "'"),
    **dict.fromkeys("“”„‟″«»", '"'),
    **dict.fromkeys("‒–−", "-"),
    **dict.fromkeys("—―", " - "),
    **dict.fromkeys("‐‑", "-"),
    **dict.fromkeys("。｡", ". "),
    **dict.fromkeys("、，", ", "),
    **{"æ": "ae", "Æ": "Ae", "œ": "oe", "Œ": "Oe", "ß": "ss", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L"},
    **{"đ": "d", "Đ": "D", "ð": "th", "Ð": "Th", "þ": "th", "Þ": "Th", "ı": "i", "ħ": "h", "ŋ": "ng"},
    **{
        "½": " 1/2",
        "¼": " 1/4",
        "¾": " 3/4",
        "⅓": " 1/3",
        "⅔": " 2/3",
        "⁄": "/",
        "×": " times ",
        "÷": " divided by ",
        "±": " plus or minus ",
        "≥": " greater than or equal to ",
        "≤": " less than or equal to ",
        "≈": " approximately ",
        "≠": " not equal to ",
        "→": " to ",
        "∞": " infinity ",
        "√": " square root of ",
        "π": " pi ",
        "µ": " micro ",
        "μ": " mu ",
        "Ω": " ohms ",
        "‰": " per thousand ",
        "§": " section ",
        "²": "^2",
        "³": "^3",
        "₂": "2",
    },
    **{
        "¿": " ",
        "¡": " ",
        "©": " copyright ",
        "®": " ",
        "™": " ",
        "№": "No. ",
        "•": ", ",
        "·": " ",
        "…": "...",
    },
}


@dataclass(frozen=True)
class Folded:
    """Text in ASCII and ``KEPT_SIGNS``, and the distinct characters that nothing stands for, in order."""

    text: str
    dropped: tuple[str, ...]


def fold(text: str) -> Folded:
    """Fold any Unicode text to the characters that the normaliser reads.

    Accents go, typographic quotes and dashes become plain ones, digits of all scripts become 0-9, control
    characters become spaces. Characters are folded one by one: normalising a whole string reorders its
    combining marks, which is quadratic on hostile text.
    """
    dropped: dict[str, None] = {}
    pieces = []
    for character in text:
        piece = _fold_character(character)
        if piece is None:
            dropped[character] = None
            piece = " "
        pieces.append(piece)
    return Folded("".join(pieces), tuple(dropped))


@lru_cache(maxsize=4096)
def _fold_character(character: str) -> str | None:
    """What stands for the character; None where it is a sign that English has no word for."""
    if character in _BY_HAND:
        return _BY_HAND[character]
    if character in KEPT_SIGNS or " " <= character <= "~":
        return character
    digit = unicodedata.decimal(character, None)
    if digit is not None:
        return str(digit)
    kept = "".join(_BY_HAND.get(c, c) for c in unicodedata.normalize("NFKD", character))
    ascii_only = "".join(c for c in kept if " " <= c <= "~")
    if ascii_only:
        return ascii_only
    return _for_the_rest(unicodedata.category(character))


def _for_the_rest(category: str) -> str | None:
    if category[0] in "M" or category == "Cf":
        return ""
    return " " if category[0] in "ZP" or category == "Cc" else None
