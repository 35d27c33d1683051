"""Written English as it is spoken: folded to ASCII, numbers and abbreviations in words, punctuation kept."""

from __future__ import annotations

import re

from interp.text.abbreviations import expand_abbreviations
from interp.text.addresses import expand_addresses
from interp.text.dates import expand_dates
from interp.text.fold import fold
from interp.text.net import expand_net
from interp.text.numbers import cardinal, decade, decimal, digits, integer, ordinal, year
from interp.text.quantities import expand_quantities, expand_signs_of_measures
from interp.text.roman import expand_roman
from interp.text.singly import expand_singly

_SIGNS = {
    **{"&": " and ", "%": " percent ", "+": " plus ", "=": " equals ", "@": " at ", "/": " "},
    **{"#": " number ", "°": " degrees ", "$": " dollars ", "£": " pounds ", "€": " euros "},
    **{"¥": " yen ", "¢": " cents "},
}
_LAYOUT = str.maketrans({**dict.fromkeys("()[]{}", " , "), **dict.fromkeys('"\\*_~^`|<>', " ")})
_SIGN = re.compile("[" + re.escape("".join(_SIGNS)) + "]")

_TOO_LONG = re.compile(r"\d{16,}")
_FRACTION = re.compile(r"(?<![\d/.])(\d{1,15} )?(\d{1,3})/(\d{1,3})(ths?|rds?|nd)?(?![\w/]|\.\d)")
_PAIRS = {"24/7": "twenty-four seven", "9/11": "nine eleven", "50/50": "fifty fifty"}
_PAIR = re.compile(r"(?<![\w/.])(?:24/7|9/11|50/50)(?![\w/])")
_SHARP = re.compile(r"\b([A-G])#(?!\w)")
_PLUSES = re.compile(r"\b([A-Z])\+\+(?!\w)")
_GRADE = re.compile(r"(?<![\w+-])([A-F])([+-])(?![\w+-])")
_LETTER_A = re.compile(
    r"(?<![\w'.])A(?=[,;:!?)]|\.(?![A-Za-z])|$| (?:and|or|to|through|versus|vs) [B-Z]\b(?!'))|"
    r"(?<=\b[B-Z] and )A\b|(?<=\b[B-Z] or )A\b|(?<=\b[B-Z], )A\b|"
    r"(?<=[Vv]itamin )A\b|(?<=[Pp]lan )A\b|(?<=[Tt]ype )A\b|(?<=[Gg]rade )A\b|(?<=[Cc]lass )A\b|"
    r"(?<=[Ss]ection )A\b|(?<=[Gg]roup )A\b|(?<=[Oo]ption )A\b|(?<=[Ll]etter )A\b|"
    r"(?<=[Hh]epatitis )A\b|(?<=[Pp]oint )A\b|(?<=an )A\b"
)
_COMPARED = re.compile(r"(?<=[\w)]) ?([<>])(=?) ?(?=[\w(-])")
_MONEY_RANGE = re.compile(r"(?<=\d)([kKmM%]?) ?- ?(?=[$£€¥]\d)")
_CLOCK_RANGE = re.compile(r"(?<=\d)( ?[ap]\.?m\b\.?)? ?- ?(?=\d{1,2}(?::\d\d)? ?[ap]\.?m\b)", re.IGNORECASE)
_DECADE_RANGE = re.compile(r"(?<=\d0s) ?- ?'?(?=\d)")
_UNIT_RANGE = re.compile(r"(?<=\d)(%| ?(?:kg|km|cm|mm|lbs?|ft|mi|hrs?|mins?|GB|MB|°[CF]?)) ?- ?(?=\d)")
_DECADE = re.compile(r"(?<![\w.,'])'?((?:1[1-9]|20)\d0|[2-9]0)'?s\b")
_ORDINAL = re.compile(r"(?<![\d,.])(\d{1,3}(?:,\d{3}){1,4}|\d{1,15})(?:st|nd|rd|th)\b", re.IGNORECASE)
_RANGE = re.compile(r"(?<=\d) ?- ?(?=\d)")
_MINUS = re.compile(r"(?<![\w-])-(?=[\d$£€¥])")
_GROUPED = re.compile(r"(?<![\d,.])\d{1,3}(?:,\d{3}){1,4}(?!,?\d)")
_VERSION = re.compile(r"(?<=\d)\.(?=\d{1,15}\.\d)|(?<=\.\d)\.(?=\d)|(?<=\.\d\d)\.(?=\d)")
_DECIMAL = re.compile(r"(?<![\d.])(\d{0,15})\.(\d{1,15})(?!\d)")
_YEAR = re.compile(r"(?<![\w.,])(1[1-9]\d\d|20\d\d)(?![\w]|[.,]\d)")
_EARLY_YEAR = re.compile(
    r"\b([Ii]n|[Ss]ince|[Bb]y|[Uu]ntil|[Ff]rom|[Yy]ear|[Aa]fter|[Bb]efore) (10\d\d)(?![\w]|[.,]\d| \w+s\b)"
)
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
    text = " ".join(text.split())
    text = expand_net(text)
    text = expand_singly(text)
    text = _spans(text)
    text = expand_signs_of_measures(text)
    text = _letters(text)
    text = " ".join(text.translate(_LAYOUT).split())
    text = _TOO_LONG.sub(lambda m: f" {digits(m[0])} ", text)
    text = expand_addresses(text)
    text = expand_roman(text)
    text = expand_dates(text)
    text = expand_abbreviations(text)
    text = expand_quantities(text)
    text = _expand_numbers(text)
    text = _UNSPEAKABLE.sub(" ", _SIGN.sub(lambda m: _SIGNS[m[0]], text))
    # Words that stood against a number or a sign are free only now: "5Mr.".
    text = expand_abbreviations(_SPACES.sub(" ", text).strip())
    text = _INSIDE_DOT.sub(" dot ", text)
    return _US.sub("U.S", text) if any(c.islower() for c in text) else text


def _spans(text: str) -> str:
    """A dash between two amounts is *to*."""
    text = _MONEY_RANGE.sub(lambda m: f"{m[1]} to ", text)
    text = _CLOCK_RANGE.sub(lambda m: f"{m[1] or ''} to ", text)
    text = _UNIT_RANGE.sub(lambda m: f"{m[1]} to ", text)
    return _DECADE_RANGE.sub(" to ", text)


def _letters(text: str) -> str:
    """Signs that follow a letter, comparisons, and the letter A where it is no article."""
    text = _SHARP.sub(lambda m: f"{_named(m[1])} sharp", text)
    text = _PLUSES.sub(lambda m: f"{_named(m[1])} plus plus", text)
    text = _GRADE.sub(lambda m: f"{_named(m[1])} {'plus' if m[2] == '+' else 'minus'}", text)
    text = _COMPARED.sub(_compared, text)
    return _LETTER_A.sub("Ay", text)


def _named(letter: str) -> str:
    return "Ay" if letter == "A" else letter


def _compared(match: re.Match[str]) -> str:
    said = "less than" if match[1] == "<" else "greater than"
    return f" {said} or equal to " if match[2] else f" {said} "


def _expand_numbers(text: str) -> str:
    text = _PAIR.sub(lambda m: _PAIRS[m[0]], text)
    text = _FRACTION.sub(_fraction, text)
    text = _DECADE.sub(lambda m: decade(int(m[1])), text)
    text = _ORDINAL.sub(lambda m: ordinal(int(m[1].replace(",", ""))), text)
    text = _MINUS.sub("minus ", text)
    text = _RANGE.sub(" to ", text)
    text = _GROUPED.sub(lambda m: integer(m[0]), text)
    text = _VERSION.sub(" point ", text)
    text = _DECIMAL.sub(lambda m: _apart(m, decimal(m[1], m[2])), text)
    text = _EARLY_YEAR.sub(lambda m: f"{m[1]} {year(int(m[2]))}", text)
    text = _YEAR.sub(lambda m: year(int(m[1])), text)
    return _INTEGER.sub(lambda m: _apart(m, integer(m[0])), text)


def _fraction(match: re.Match[str]) -> str:
    above, below = int(match[2]), int(match[3])
    if not (0 < above < below <= 100 and below > 1):
        return match[0]
    one = {2: "half", 4: "fourth" if match[4] else "quarter"}.get(below) or ordinal(below)
    said = f"{cardinal(above)} {one if above == 1 else one + 's'}"
    if match[1] is None:
        return said
    return f"{match[1]}and {'a half' if (above, below) == (1, 2) else said}"


def _apart(match: re.Match[str], words: str) -> str:
    """Words set off from letters that touch the number: ``MP3`` gives ``MP three``."""
    before = match.string[match.start() - 1 : match.start()]
    after = match.string[match.end() : match.end() + 1]
    return f"{' ' if before.isalnum() else ''}{words}{' ' if after.isalnum() else ''}"
