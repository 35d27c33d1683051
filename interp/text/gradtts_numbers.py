"""Numbers in words as Grad-TTS's front end says them: commas between thousands, cents after a comma."""

from __future__ import annotations

import re

from interp.text.numbers import LONGEST_CARDINAL, cardinal, digits, ordinal

_GROUPED = re.compile(r"[0-9][0-9,]+[0-9]")
_POUNDS = re.compile(r"£([0-9,]*[0-9]+)")
_DOLLARS = re.compile(r"\$([0-9.,]*[0-9]+)")
# No match starts inside a number: the search stays linear in a long one.
_DECIMAL = re.compile(r"(?<![0-9])[0-9]+\.[0-9]+")
_ORDINAL = re.compile(r"(?<![0-9])([0-9]+)(?:st|nd|rd|th)")
_AND = re.compile(r"hundred (?=(?!thousand|million|billion|trillion)\w)")
_NUMBER = re.compile(r"[0-9]+")


def expand_numbers(text: str) -> str:
    """Say every number of lower-case ASCII text: ``$3.50`` is ``three dollars, fifty cents``."""
    text = _GROUPED.sub(lambda m: m[0].replace(",", ""), text)
    text = _POUNDS.sub(r"\1 pounds", text)
    text = _DOLLARS.sub(_dollars, text)
    text = _DECIMAL.sub(lambda m: m[0].replace(".", " point "), text)
    text = _ORDINAL.sub(lambda m: _ordinal(m[1]), text)
    return _NUMBER.sub(lambda m: _number(m[0]), text)


def _dollars(match: re.Match[str]) -> str:
    parts = match[1].replace(",", "").split(".")
    if len(parts) > 2:
        return f"{match[1]} dollars"
    dollars = parts[0].lstrip("0")
    cents = parts[1].lstrip("0") if len(parts) > 1 else ""
    said = [f"{dollars} dollar{'' if dollars == '1' else 's'}"] if dollars else []
    said += [f"{cents} cent{'' if cents == '1' else 's'}"] if cents else []
    return ", ".join(said) if said else "zero dollars"


def _ordinal(text: str) -> str:
    """Rank with ``and`` before what is under a hundred, as that front end has it in ranks alone."""
    if len(text) > LONGEST_CARDINAL:
        return digits(text)
    number = int(text)
    hundreds, rest = divmod(number, 100)
    if hundreds and rest:
        return f"{_AND.sub('hundred and ', _with_commas(hundreds * 100))} and {ordinal(rest)}"
    return f"{_AND.sub('hundred and ', _with_commas(number))}th" if hundreds else ordinal(rest)


def _number(text: str) -> str:
    if len(text) > LONGEST_CARDINAL:
        return digits(text)
    number = int(text)
    if not 1000 < number < 3000:
        return _with_commas(number)
    century, rest = divmod(number, 100)
    if number == 2000:
        return "two thousand"
    if 2000 < number < 2010:
        return f"two thousand {cardinal(rest)}"
    if rest == 0:
        return f"{cardinal(century)} hundred"
    return f"{cardinal(century)} {'oh ' if rest < 10 else ''}{cardinal(rest)}"


def _with_commas(number: int) -> str:
    """Cardinal with a comma after each group of three digits, but none before a last one under a hundred."""
    groups = []
    rest = number
    for size, name in ((10**12, " trillion"), (10**9, " billion"), (10**6, " million"), (1000, " thousand")):
        count, rest = divmod(rest, size)
        groups += [cardinal(count) + name] if count else []
    if not groups:
        return cardinal(rest)
    if 0 < rest < 100:
        return f"{', '.join(groups)} {cardinal(rest)}"
    return ", ".join([*groups, cardinal(rest)] if rest else groups)
