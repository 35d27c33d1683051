"""Money, percentages, times, measures, powers, feet and inches, said in words."""

from __future__ import annotations

import re

from interp.text.numbers import cardinal, decimal, integer, ordinal, plural

_CURRENCIES = {
    "$": ("dollar", "dollars", "cent", "cents"),
    "£": ("pound", "pounds", "penny", "pence"),
    "€": ("euro", "euros", "cent", "cents"),
    "¥": ("yen", "yen", "sen", "sen"),
}
_MAGNITUDES = {"k": "thousand", "m": "million", "bn": "billion", "b": "billion"}
_UNITS = {
    **{
        "km": "kilometer",
        "cm": "centimeter",
        "mm": "millimeter",
        "m": "meter",
        "kg": "kilogram",
        "mg": "milligram",
    },
    **{
        "g": "gram",
        "lb": "pound",
        "lbs": "pound",
        "oz": "ounce",
        "ml": "milliliter",
        "mL": "milliliter",
        "L": "liter",
    },
    **{
        "kHz": "kilohertz",
        "Hz": "hertz",
        "MHz": "megahertz",
        "GHz": "gigahertz",
        "kW": "kilowatt",
        "kWh": "kilowatt-hour",
    },
    **{
        "TB": "terabyte",
        "GB": "gigabyte",
        "MB": "megabyte",
        "kB": "kilobyte",
        "KB": "kilobyte",
        "Mbps": "megabit per second",
    },
    **{
        "ms": "millisecond",
        "km/h": "kilometer per hour",
        "kph": "kilometer per hour",
        "mph": "mile per hour",
    },
    **{
        "m/s": "meter per second",
        "ft": "foot",
        "yd": "yard",
        "mi": "mile",
        "hr": "hour",
        "hrs": "hour",
        "min": "minute",
    },
    **{
        "mins": "minute",
        "sec": "second",
        "secs": "second",
        "dB": "decibel",
        "gal": "gallon",
        "sq ft": "square foot",
    },
    **{
        "sqft": "square foot",
        "mpg": "mile per gallon",
        "rpm": "revolution per minute",
        "kcal": "kilocalorie",
    },
}
# Written in capitals too, where no other unit is meant.
_CAPITALS = {
    u.upper(): n
    for u, n in _UNITS.items()
    if u in ("km", "cm", "mm", "kg", "lb", "lbs", "oz", "ml", "mph", "ft")
}
_UNITS |= _CAPITALS
_PER = {
    **{
        "mo": "month",
        "month": "month",
        "yr": "year",
        "year": "year",
        "hr": "hour",
        "hour": "hour",
        "h": "hour",
    },
    **{
        "day": "day",
        "d": "day",
        "wk": "week",
        "week": "week",
        "min": "minute",
        "sec": "second",
        "s": "second",
    },
    **{
        "kg": "kilogram",
        "lb": "pound",
        "g": "gram",
        "oz": "ounce",
        "gal": "gallon",
        "l": "liter",
        "L": "liter",
    },
    **{
        "person": "person",
        "night": "night",
        "unit": "unit",
        "user": "user",
        "ft": "foot",
        "mi": "mile",
        "km": "kilometer",
    },
    **{
        "m": "meter",
        "cm": "centimeter",
        "GB": "gigabyte",
        "MB": "megabyte",
        "ml": "milliliter",
        "mL": "milliliter",
    },
    **{
        "each": "each",
        "seat": "seat",
        "page": "page",
        "word": "word",
        "dozen": "dozen",
        "sq ft": "square foot",
    },
}
_PLURALS = {
    "foot": "feet",
    "square foot": "square feet",
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
_DURATION = re.compile(r"(?<![\d:])(\d{1,2}):([0-5]\d):([0-5]\d)(?![\d:])(?! ?[AP]\.M\b)")
_CLOCK = re.compile(r"(?<![\d:])([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?(?![\d:])( [AP]\.M\b)?")
_ONE_DEGREE = re.compile(r"(?<![\w.,])1(?: ?° ?([CF]\b)?| degrees\b)")
_DEGREES = re.compile(r" ?° ?([CF]\b)?")
_SCALES = {"C": " Celsius", "F": " Fahrenheit", None: " "}
_NAMES = "|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True))
_MEASURE = re.compile(
    r"(?<![\w.,$£€¥])((?:\d{1,3}(?:,\d{3}){1,4}|\d{1,15})(?:\.\d{1,15})?)( ?|-)("
    + _NAMES
    + r")(\^[23])?(?![\w^]|/\w)"
)
_OF_MANY = re.compile(r"\b(hundred|thousand|million|billion|trillion) (" + _NAMES + r")\b(?!/)")
_PER_UNIT = re.compile(
    r"(?<=[\w.%])(?: ?("
    + _NAMES
    + r"))?/("
    + "|".join(sorted(map(re.escape, _PER), key=len, reverse=True))
    + r")\b(?![/.]\w)"
)
_LONE_POWER = re.compile(r"\b(km|cm|mm|m|ft|in|mi)\^([23])(?!\d)")
_POWER = re.compile(r"(\w)\^(-?)(\d{1,3})(?![\d.])")
_SCIENTIFIC = re.compile(r"(?<![\w.])(\d{1,15}(?:\.\d{1,15})?)[eE]([+-]?)(\d{1,3})(?![\w.])")
_FEET = re.compile(r"(?<![\w.,'])(\d{1,2})' ?(\d{1,2})(?:\"|''|in\b)?(?![\w'])")
_FEET_ALONE = re.compile(r"(?<![\w.,'])(\d{1,2})'(?= (?:tall|high|long|wide|deep|by|x)\b)")
_INCHES = re.compile(r"(?<![\w.,'])(\d{1,3}(?:\.\d{1,2})?)\"(?!\w)")


def expand_signs_of_measures(text: str) -> str:
    """Say feet, inches, powers and ``1e-5``, whose signs have another meaning elsewhere."""
    text = _FEET.sub(lambda m: f"{cardinal(int(m[1]))} foot {cardinal(int(m[2]))}", text)
    text = _FEET_ALONE.sub(lambda m: plural(int(m[1]), "foot", "feet"), text)
    text = _INCHES.sub(_inches, text)
    text = _MEASURE.sub(_measure, text)
    text = _LONE_POWER.sub(lambda m: _area(_UNITS.get(m[1], "inch"), m[2], many=True), text)
    text = _SCIENTIFIC.sub(_scientific, text)
    return _POWER.sub(_power, text)


def expand_quantities(text: str) -> str:
    """Say times, money, percentages and measures in words; plain numbers are left for the caller."""
    text = _DURATION.sub(_duration, text)
    text = _CLOCK.sub(_clock, text)
    text = _MONEY.sub(_money, text)
    text = _CENTS.sub(lambda m: plural(int(m[1]), "cent", "cents"), text)
    text = _PERCENT.sub(" percent", text)
    text = _PER_UNIT.sub(_per_unit, text)
    text = _MEASURE.sub(_measure, text)
    text = _OF_MANY.sub(lambda m: f"{m[1]} {_noun(_UNITS[m[2]], many=True)}", text)
    text = _ONE_DEGREE.sub(lambda m: "one degree" + _SCALES[m[1]], text)
    return _DEGREES.sub(lambda m: " degrees" + _SCALES[m[1]], text)


def _inches(match: re.Match[str]) -> str:
    """Not where the sign closes a quotation."""
    if match.string[: match.end() - 1].count('"') % 2:
        return match[0]
    return f"{match[1]} {'inch' if match[1] == '1' else 'inches'} "


def _area(unit: str, power: str, many: bool) -> str:
    return f"{'square' if power == '2' else 'cubic'} {_noun(unit, many)}"


def _noun(unit: str, many: bool) -> str:
    """``mile per hour`` has its plural in its first word, ``square foot`` in its last."""
    head, per, rest = unit.partition(" per ")
    return (_PLURALS.get(head, "inches" if head == "inch" else head + "s") if many else head) + per + rest


def _power(match: re.Match[str]) -> str:
    base, minus, exponent = match.groups()
    if not minus and exponent == "2":
        return f"{base} squared"
    if not minus and exponent == "3" and not base.isdigit():
        return f"{base} cubed"
    return f"{base} to the {f'minus {cardinal(int(exponent))}' if minus else ordinal(int(exponent))}"


def _scientific(match: re.Match[str]) -> str:
    power = f"minus {cardinal(int(match[3]))}" if match[2] == "-" else ordinal(int(match[3]))
    return f"{match[1]} times ten to the {power}"


def _per_unit(match: re.Match[str]) -> str:
    unit = f" {_noun(_UNITS[match[1]], many=True)}" if match[1] else ""
    per = _PER[match[2]]
    return f"{unit} each" if per == "each" else f"{unit} per {per}"


def _duration(match: re.Match[str]) -> str:
    names = (("hour", "hours"), ("minute", "minutes"), ("second", "seconds"))
    parts = [plural(int(n), *name) for n, name in zip(match.groups(), names, strict=True) if int(n)]
    return ", ".join(parts) or "zero seconds"


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
    number, gap, unit, power = match.groups()
    if power:
        return f"{number} {_area(_UNITS[unit], power[1], number != '1')}"
    return f"{number} {_noun(_UNITS[unit], number != '1' and gap != '-')}"
