"""Dates in all usual writings: month by name, day as ordinal."""

from __future__ import annotations

import re

from interp.text.numbers import cardinal, integer, ordinal, year

MONTHS = [
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
_NAMES = {
    **{name.lower(): name for name in MONTHS},
    **{name[:3].lower(): name for name in MONTHS if name != "May"},
    "sept": "September",
}
# In small letters these are words too; then more than a number must stand beside them.
_WORDS = frozenset({"may", "march", "mar", "dec", "sep", "jan"})
_ANY = "|".join(sorted(_NAMES, key=len, reverse=True))
_DAYS = "Mon|Tue|Tues|Wed|Thu|Thur|Thurs|Fri|Sat|Sun"
_WEEKDAYS = dict(
    zip(
        "Mon Tue Tues Wed Thu Thur Thurs Fri Sat Sun".split(),  # noqa: SIM905
        "Monday Tuesday Tuesday Wednesday Thursday Thursday Thursday Friday Saturday Sunday".split(),  # noqa: SIM905
        strict=True,
    )
)

_ISO = re.compile(r"(?<![\d-])([12]\d{3})-(\d{2})-(\d{2})(?![\d-])")
_YEAR_FIRST = re.compile(r"(?<![\d/.])([12]\d{3})([/.])(\d{1,2})\2(\d{1,2})(?![\d/])")
_SLASHED = re.compile(r"(?<![\d/])(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})(?![\d/])")
_DOTTED = re.compile(r"(?<![\d.])(\d{1,2})\.(\d{1,2})\.(\d{4})(?![\d]|\.\d)")
_DASHED = re.compile(r"(?<![\d-])(\d{1,2})-(\d{1,2})-(\d{4})(?![\d-])")
_MONTH_DAY = re.compile(
    rf"\b({_ANY})(\.? |-|\. ?)([0-3]?\d)(st|nd|rd|th)?\b(?![:./]\d|,\d{{3}}|-\d)(?:(,? )([12]\d{{3}})\b)?",
    re.IGNORECASE,
)
_DAY_MONTH = re.compile(
    rf"(?<![\w.,/$-])([0-3]?\d)(st|nd|rd|th)?( of)?(?: |-)({_ANY})\b\.?(?! \d{{1,2}}\b)"
    rf"(?:(,? |-)([12]\d{{3}}|(?<=-)\d{{2}})\b)?",
    re.IGNORECASE,
)
_WEEKDAY = re.compile(rf"\b({_DAYS})\b\.?(?=,? (?:the )?(?:\d|{'|'.join(MONTHS)}))")
_WHOLE = {**_WEEKDAYS, **{name[:3]: name for name in MONTHS}, "Sept": "September"}
_END = rf"{'|'.join(MONTHS)}|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|{'|'.join(_WHOLE)}"
_SPAN = re.compile(rf"\b({_END})\.? ?- ?({_END})\b")


def expand_dates(text: str) -> str:
    """Say dates in words.

    In ``3/4/2021`` the month comes first, as in America, unless that or another date of the text can only be
    read with the day first.
    """
    day_first = any(int(m[1]) > 12 >= int(m[2]) for m in _SLASHED.finditer(text))
    text = _ISO.sub(lambda m: _date(m, m[2], m[3], m[1]), text)
    text = _YEAR_FIRST.sub(lambda m: _date(m, m[3], m[4], m[1]), text)
    text = _SLASHED.sub(lambda m: _of_two(m, day_first), text)
    text = _DASHED.sub(lambda m: _of_two(m, day_first), text)
    text = _DOTTED.sub(lambda m: _of_two(m, True), text)
    text = _DAY_MONTH.sub(_day_month, text)
    text = _MONTH_DAY.sub(_month_day, text)
    text = _SPAN.sub(lambda m: f"{_WHOLE.get(m[1], m[1])} to {_WHOLE.get(m[2], m[2])}", text)
    return _WEEKDAY.sub(lambda m: _WEEKDAYS[m[1]], text)


def _date(match: re.Match[str], month: str, day: str, year_digits: str) -> str:
    if not (1 <= int(month) <= 12 and 1 <= int(day) <= 31):
        return match[0]
    return f"{MONTHS[int(month) - 1]} {ordinal(int(day))}, {_year(year_digits)}"


def _of_two(match: re.Match[str], day_first: bool) -> str:
    first, second = match[1], match[2]
    if int(first) > 12 or (day_first and int(second) <= 12):
        first, second = second, first
    return _date(match, first, second, match[3])


def _year(text: str) -> str:
    if len(text) == 4:
        return year(int(text)) if text >= "1000" else integer(text)
    return f"oh {cardinal(int(text))}" if text < "10" else cardinal(int(text))


def _is_word(name: str, marked: bool) -> bool:
    """Whether a month's name may as well be a word, and nothing marks it as a date."""
    return name.islower() and name in _WORDS and not marked


def _month_day(match: re.Match[str]) -> str:
    name, gap, day, suffix, comma, year_digits = match.groups()
    if not 1 <= int(day) <= 31 or _is_word(name, bool(suffix or year_digits or gap.startswith("."))):
        return match[0]
    said = f"{_NAMES[name.lower()]} {ordinal(int(day))}"
    return f"{said}{comma}{year(int(year_digits))}" if year_digits else said


def _day_month(match: re.Match[str]) -> str:
    day, suffix, of, name, comma, year_digits = match.groups()
    if not 1 <= int(day) <= 31 or _is_word(name, bool(suffix or of or year_digits)):
        return match[0]
    article = "" if match.string[: match.start()].lower().endswith("the ") else "the "
    said = f"{article}{ordinal(int(day))} of {_NAMES[name.lower()]}"
    if year_digits:
        return f"{said}{' ' if comma == '-' else comma}{_year(year_digits)}"
    return said + ("." if match[0].endswith(".") and match.end() == len(match.string) else "")
