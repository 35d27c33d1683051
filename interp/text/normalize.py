"""Written English as it is spoken: folded to ASCII, numbers and abbreviations in words, punctuation kept."""

from __future__ import annotations

import re

from interp.text.abbreviations import expand_abbreviations
from interp.text.fold import fold
from interp.text.numbers import decade, decimal, digits, integer, ordinal, year
from interp.text.quantities import expand_quantities

_FRACTIONS = {
    **{"1/2": "one half", "1/3": "one third", "2/3": "two thirds"},
    **{"1/4": "one quarter", "3/4": "three quarters"},
}
_SIGNS = {
    **{"&": " and ", "%": " percent ", "+": " plus ", "=": " equals ", "@": " at ", "/": " "},
    **{"#": " number ", "°": " degrees ", "$": " dollars ", "£": " pounds ", "€": " euros "},
    **{"¥": " yen ", "¢": " cents "},
}
_LAYOUT = str.maketrans({**dict.fromkeys("()[]{}", " , "), **dict.fromkeys('"\\*_~^`|<>', " ")})
_SIGN = re.compile("[" + re.escape("".join(_SIGNS)) + "]")

_TOO_LONG = re.compile(r"\d{16,}")
_FRACTION = re.compile(r"(?<![\d/])(\d{1,15} )?([123]/[234])(?![\d/])")
_DECADE = re.compile(r"(?<![\w.,'])'?((?:1[1-9]|20)\d0|[2-9]0)'?s\b")
_ORDINAL = re.compile(r"(?<![\d,.])(\d{1,3}(?:,\d{3}){1,4}|\d{1,15})(?:st|nd|rd|th)\b", re.IGNORECASE)
_TELEPHONE = re.compile(r"(?<![\w-])(?:(\d{3})[- ])?(\d{3})-(\d{4})(?![\w-])")
_RANGE = re.compile(r"(?<=\d) ?- ?(?=\d)")
_MINUS = re.compile(r"(?<![\w-])-(?=[\d$£€¥])")
_GROUPED = re.compile(r"(?<![\d,.])\d{1,3}(?:,\d{3}){1,4}(?!,?\d)")
_VERSION = re.compile(r"(?<=\d)\.(?=\d{1,15}\.\d)|(?<=\.\d)\.(?=\d)|(?<=\.\d\d)\.(?=\d)")
_DECIMAL = re.compile(r"(?<![\d.])(\d{0,15})\.(\d{1,15})(?!\d)")
_YEAR = re.compile(r"(?<![\w.,])(1[1-9]\d\d|20\d\d)(?![\w]|[.,]\d)")
_INTEGER = re.compile(r"\d{1,15}")
_INSIDE_DOT = re.compile(r"(?<=[A-Za-z]{2})\.(?=[a-z]{2})")
_US = re.compile(r"\bUS\b")
_UNSPEAKABLE = re.compile(r"[^A-Za-z'.,!?;: -]")
_SPACES = re.compile(r" {2,}")


def normalize(text: str) -> str:
    """The words and punctuation that are spoken for any text.

    The result holds only letters, ``'``, ``-``, spaces and ``. , ! ? ; :``; letters to be named one by one
    have dots between them (``U.S``). It may be empty. Ordinary sentences in this form are left as they are.
    """
    return normalize_folded(fold(text).text)


def normalize_folded(text: str) -> str:
    """``normalize`` for text that is folded already."""
    text = " ".join(text.translate(_LAYOUT).split())
    text = _TOO_LONG.sub(lambda m: f" {digits(m[0])} ", text)
    text = expand_abbreviations(text)
    text = expand_quantities(text)
    text = _expand_numbers(text)
    text = _UNSPEAKABLE.sub(" ", _SIGN.sub(lambda m: _SIGNS[m[0]], text))
    # Words that stood against a number or a sign are free only now: "5Mr.".
    text = expand_abbreviations(_SPACES.sub(" ", text).strip())
    text = _INSIDE_DOT.sub(" dot ", text)
    return _US.sub("U.S", text) if any(c.islower() for c in text) else text


def _expand_numbers(text: str) -> str:
    text = _FRACTION.sub(_fraction, text)
    text = _DECADE.sub(lambda m: decade(int(m[1])), text)
    text = _ORDINAL.sub(lambda m: ordinal(int(m[1].replace(",", ""))), text)
    text = _TELEPHONE.sub(lambda m: ", ".join(digits(part) for part in m.groups() if part), text)
    text = _MINUS.sub("minus ", text)
    text = _RANGE.sub(" to ", text)
    text = _GROUPED.sub(lambda m: integer(m[0]), text)
    text = _VERSION.sub(" point ", text)
    text = _DECIMAL.sub(lambda m: _apart(m, decimal(m[1], m[2])), text)
    text = _YEAR.sub(lambda m: year(int(m[1])), text)
    return _INTEGER.sub(lambda m: _apart(m, integer(m[0])), text)


def _fraction(match: re.Match[str]) -> str:
    said = _FRACTIONS.get(match[2])
    if said is None:
        return match[0]
    if match[1] is None:
        return said
    return f"{match[1]}and {'a half' if match[2] == '1/2' else said}"


def _apart(match: re.Match[str], words: str) -> str:
    """Words set off from letters that touch the number: ``MP3`` gives ``MP three``."""
    before = match.string[match.start() - 1 : match.start()]
    after = match.string[match.end() : match.end() + 1]
    return f"{' ' if before.isalnum() else ''}{words}{' ' if after.isalnum() else ''}"
