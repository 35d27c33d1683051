"""Money, percentages, times of day, dates and measures, said in words."""

from __future__ import annotations

import re

from interp.text.numbers import cardinal, decimal, integer, ordinal, plural, year

_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_MONTH = "|".join(_MONTHS)
_CURRENCIES = {
    "$": ("dollar", "dollars", "cent", "cents"),
    "£": ("pound", "pounds", "penny", "pence"),
    "€": ("euro", "euros", "cent", "cents"),
    "¥": ("yen", "yen", "sen", "sen"),
}
_MAGNITUDES = {"k": "thousand", "m": "million", "bn": "billion", "b": "billion"}
_UNITS = {
    **{"km": "kilometer", "cm": "centimeter", "mm": "millimeter", "kg": "kilogram", "mg": "milligram"},
    **{"lb": "pound", "lbs": "pound", "oz": "ounce", "ml": "milliliter", "kHz": "kilohertz", "Hz": "hertz"},
    **{
        "MHz": "megahertz",
        "GHz": "gigahertz",
        "GB": "gigabyte",
        "MB": "megabyte",
        "kB": "kilobyte",
        "ms": "millisecond",
    },
    **{
        "km/h": "kilometer per hour",
        "mph": "mile per hour",
        "ft": "foot",
        "hrs": "hour",
        "min": "minute",
        "sec": "second",
    },
}
_PLURALS = {
    "foot": "feet",
    "hertz": "hertz",
    "kilohertz": "kilohertz",
    "megahertz": "megahertz",
    "gigahertz": "gigahertz",
}

# Quantifiers are bounded and no match starts inside a number: hostile text cannot make the search quadratic.
_START = r"(?<![\w.,])"
_WHOLE = r"(\d{1,3}(?:,\d{3}){1,4}|\d{1,15})"
_MONEY = re.compile(
    _START
    + r"([$£€¥]) ?"
    + _WHOLE
    + r"(?:\.(\d{1,15}))?(?:(?: ?(thousand|million|billion|trillion)|(k|m|bn|b))\b)?(?![\d])",
    re.IGNORECASE,
)
_CENTS = re.compile(_START + r"(\d{1,15}) ?¢")
_PERCENT = re.compile(r"(?<=\d) ?%")
_CLOCK = re.compile(r"(?<![\d:])([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?(?![\d:])( [AP]\.M\b)?")
_SLASH_DATE = re.compile(r"(?<![\d/])(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})(?![\d/])")
_ISO_DATE = re.compile(r"(?<![\d-])([12]\d{3})-(\d{2})-(\d{2})(?![\d-])")
_MONTH_DAY = re.compile(rf"\b({_MONTH}) ([0-3]?\d)(?:st|nd|rd|th)?\b(?![:.,]\d)(?:(,? )([12]\d{{3}})\b)?")
_DAY_MONTH = re.compile(
    rf"(?<![\w.,])([0-3]?\d)(?:st|nd|rd|th)?( of)? ({_MONTH})\b(?! \d{{1,2}}\b)(?:(,? )([12]\d{{3}})\b)?"
)
_DEGREES = re.compile(r" ?° ?([CF]\b)?")
_MEASURE = re.compile(
    r"(?<![\w.,])((?:\d{1,3}(?:,\d{3}){1,4}|\d{1,15})(?:\.\d{1,15})?) ?("
    + "|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True))
    + r")\b(?!/)"
)


def expand_quantities(text: str) -> str:
    """Say dates, times, money, percentages and measures in words; plain numbers are left for the caller.

    Month comes before day in ``3/4/2021`` unless only the other order makes a date.
    """
    text = _ISO_DATE.sub(lambda m: _date(m, int(m[2]), int(m[3]), m[1]), text)
    text = _SLASH_DATE.sub(_slash_date, text)
    text = _DAY_MONTH.sub(_day_month, text)
    text = _MONTH_DAY.sub(_month_day, text)
    text = _CLOCK.sub(_clock, text)
    text = _MONEY.sub(_money, text)
    text = _CENTS.sub(lambda m: plural(int(m[1]), "cent", "cents"), text)
    text = _PERCENT.sub(" percent", text)
    text = _MEASURE.sub(_measure, text)
    return _DEGREES.sub(lambda m: " degrees" + {"C": " Celsius", "F": " Fahrenheit", None: " "}[m[1]], text)


def _date(match: re.Match[str], month: int, day: int, year_digits: str) -> str:
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return match[0]
    return f"{_MONTHS[month - 1]} {ordinal(day)}, {_year(year_digits)}"


def _year(text: str) -> str:
    if len(text) == 4:
        return year(int(text)) if text >= "1000" else integer(text)
    return f"oh {cardinal(int(text))}" if text < "10" else cardinal(int(text))


def _slash_date(match: re.Match[str]) -> str:
    first, second = int(match[1]), int(match[2])
    month, day = (second, first) if first > 12 else (first, second)
    return _date(match, month, day, match[3])


def _month_day(match: re.Match[str]) -> str:
    day = int(match[2])
    if not 1 <= day <= 31:
        return match[0]
    said = f"{match[1]} {ordinal(day)}"
    return f"{said}{match[3]}{year(int(match[4]))}" if match[4] else said


def _day_month(match: re.Match[str]) -> str:
    day = int(match[1])
    if not 1 <= day <= 31:
        return match[0]
    said = f"the {ordinal(day)} of {match[3]}"
    if match.string[: match.start()].endswith("the "):
        said = said[len("the ") :]
    return f"{said}{match[4]}{year(int(match[5]))}" if match[5] else said


def _clock(match: re.Match[str]) -> str:
    hour, minute = int(match[1]), int(match[2])
    half = f" {match[4].strip(' ')}" if match[4] else ""
    if minute:
        said = f"{cardinal(hour)} {'oh ' if minute < 10 else ''}{cardinal(minute)}"
    elif half:
        said = cardinal(hour)
    else:
        said = f"{cardinal(hour)} o'clock" if 1 <= hour <= 12 else f"{cardinal(hour)} hundred"
    seconds = f" and {plural(int(match[3]), 'second', 'seconds')}" if match[3] and int(match[3]) else ""
    return said + seconds + half


def _money(match: re.Match[str]) -> str:
    sign, whole, fraction, magnitude, short = match.groups()
    one, many, cent, cents = _CURRENCIES[sign]
    scale = magnitude.lower() if magnitude else _MAGNITUDES[short.lower()] if short else ""
    if scale or (fraction and len(fraction) != 2):
        amount = decimal(whole, fraction) if fraction else integer(whole)
        return f"{amount} {scale} {many}" if scale else f"{amount} {many}"
    units = int(whole.replace(",", ""))
    parts = [plural(units, one, many)] if units or not fraction or not int(fraction) else []
    if fraction and int(fraction):
        parts.append(plural(int(fraction), cent, cents))
    return " and ".join(parts)


def _measure(match: re.Match[str]) -> str:
    head, _, rest = _UNITS[match[2]].partition(" ")
    noun = head if match[1] == "1" else _PLURALS.get(head, head + "s")
    return f"{match[1]} {noun} {rest}".rstrip()
