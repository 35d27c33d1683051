"""Numbers in words: cardinals, ordinals, decimals, years and digits one by one."""

from __future__ import annotations

_SMALL = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["_", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_SCALES = ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"), (1000, "thousand"), (100, "hundred"))
_ORDINALS = {
    **{
        "one": "first",
        "two": "second",
        "three": "third",
        "five": "fifth",
        "eight": "eighth",
        "nine": "ninth",
    },
    "twelve": "twelfth",
}
LONGEST_CARDINAL = 15


def cardinal(number: int) -> str:
    """Words of an integer in 0 to 10**15 - 1, American style: ``one hundred five``, ``twenty-one``."""
    assert 0 <= number < 10**LONGEST_CARDINAL
    if number < 20:
        return _SMALL[number]
    if number < 100:
        tens, ones = divmod(number, 10)
        return f"{_TENS[tens]}-{_SMALL[ones]}" if ones else _TENS[tens]
    size, name = next(scale for scale in _SCALES if number >= scale[0])
    count, rest = divmod(number, size)
    words = f"{cardinal(count)} {name}"
    return f"{words} {cardinal(rest)}" if rest else words


def ordinal(number: int) -> str:
    """Words of a rank: ``twenty-first``, ``one hundredth``."""
    return _last_word_as_ordinal(cardinal(number))


def _last_word_as_ordinal(words: str) -> str:
    cut = max(words.rfind(" "), words.rfind("-")) + 1
    head, last = words[:cut], words[cut:]
    if last in _ORDINALS:
        return head + _ORDINALS[last]
    return head + (last[:-1] + "ieth" if last.endswith("y") else last + "th")


def digits(text: str) -> str:
    """Every digit by name: ``007`` gives ``zero zero seven``; other characters are passed over."""
    return " ".join(_SMALL[int(c)] for c in text if c in "0123456789")


def integer(text: str) -> str:
    """A string of digits as a cardinal; digit by digit where it starts with 0 or is too long."""
    plain = text.replace(",", "")
    if len(plain) > LONGEST_CARDINAL or (len(plain) > 1 and plain[0] == "0"):
        return digits(plain)
    return cardinal(int(plain))


def decimal(whole: str, fraction: str) -> str:
    """``3`` and ``14`` give ``three point one four``."""
    return f"{integer(whole or '0')} point {digits(fraction)}"


def year(number: int) -> str:
    """A year from 1000 to 2999: ``nineteen eighty-four``, ``nineteen oh five``, ``two thousand one``."""
    century, rest = divmod(number, 100)
    if century % 10 == 0 and rest < 10:
        return cardinal(number)
    if rest == 0:
        return f"{cardinal(century)} hundred"
    return f"{cardinal(century)} {'oh ' if rest < 10 else ''}{cardinal(rest)}"


def decade(number: int) -> str:
    """``1980`` gives ``nineteen eighties``, ``80`` gives ``eighties``, ``1900`` ``nineteen hundreds``."""
    words = year(number) if number >= 1000 else cardinal(number)
    return words[:-1] + "ies" if words.endswith("y") else words + "s"


def plural(number: int, one: str, many: str) -> str:
    """``cardinal`` with the form of the noun that goes with it: ``one dollar``, ``two dollars``."""
    return f"{cardinal(number)} {one if number == 1 else many}"
