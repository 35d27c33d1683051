"""Symbol table of the default model: padding, blank, space, punctuation and ARPAbet phones with stress."""

from __future__ import annotations

PAD = "_"
BLANK = "<blank>"
SPACE = " "
PUNCTUATION = (".", ",", "!", "?", ";", ":", "-")
VOWELS = ("AA", "AE", "AH", "AO", "AW", "AY", "EH", "ER", "EY", "IH", "IY", "OW", "OY", "UH", "UW")
CONSONANTS = (
    *("B", "CH", "D", "DH", "F", "G", "HH", "JH", "K", "L", "M", "N"),
    *("NG", "P", "R", "S", "SH", "T", "TH", "V", "W", "Y", "Z", "ZH"),
)
STRESSED_VOWELS = tuple(vowel + stress for vowel in VOWELS for stress in "012")
PHONES = STRESSED_VOWELS + CONSONANTS

# The order is frozen: a checkpoint's embedding rows are numbered by it.
SYMBOLS = (PAD, BLANK, SPACE, *PUNCTUATION, *PHONES)
ID_OF = {symbol: index for index, symbol in enumerate(SYMBOLS)}
BLANK_ID = ID_OF[BLANK]


def is_vowel(phone: str) -> bool:
    """Whether an ARPAbet phone, with or without its stress digit, is a vowel."""
    return phone.rstrip("012") in VOWELS


def without_stress(phone: str) -> str:
    """The phone without its stress digit: ``AH0`` gives ``AH``, ``K`` gives ``K``."""
    return phone.rstrip("012")
