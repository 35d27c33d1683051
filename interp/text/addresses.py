"""Postal addresses: the number in pairs, direction, street, state, and the zip code digit by digit."""

from __future__ import annotations

import re

from interp.text.abbreviations import full_stop
from interp.text.numbers import cardinal, digits, year

_STREETS = {
    **{"St": "Street", "Ave": "Avenue", "Av": "Avenue", "Rd": "Road", "Blvd": "Boulevard", "Dr": "Drive"},
    **{"Ln": "Lane", "Ct": "Court", "Pl": "Place", "Pkwy": "Parkway", "Sq": "Square", "Ter": "Terrace"},
    **{"Cir": "Circle", "Hwy": "Highway", "Trl": "Trail", "Expy": "Expressway", "Fwy": "Freeway"},
}
_WAYS = {"N": "North", "S": "South", "E": "East", "W": "West"}
_WAYS |= {"NE": "Northeast", "NW": "Northwest", "SE": "Southeast", "SW": "Southwest"}
_STATES = dict(
    pair.split(":")
    for pair in [
        "AL:Alabama",
        "AK:Alaska",
        "AZ:Arizona",
        "AR:Arkansas",
        "CA:California",
        "CO:Colorado",
        "CT:Connecticut",
        "DE:Delaware",
        "FL:Florida",
        "GA:Georgia",
        "HI:Hawaii",
        "ID:Idaho",
        "IL:Illinois",
        "IN:Indiana",
        "IA:Iowa",
        "KS:Kansas",
        "KY:Kentucky",
        "LA:Louisiana",
        "ME:Maine",
        "MD:Maryland",
        "MA:Massachusetts",
        "MI:Michigan",
        "MN:Minnesota",
        "MS:Mississippi",
        "MO:Missouri",
        "MT:Montana",
        "NE:Nebraska",
        "NV:Nevada",
        "NH:New_Hampshire",
        "NJ:New_Jersey",
        "NM:New_Mexico",
        "NY:New_York",
        "NC:North_Carolina",
        "ND:North_Dakota",
        "OH:Ohio",
        "OK:Oklahoma",
        "OR:Oregon",
        "PA:Pennsylvania",
        "RI:Rhode_Island",
        "SC:South_Carolina",
        "SD:South_Dakota",
        "TN:Tennessee",
        "TX:Texas",
        "UT:Utah",
        "VT:Vermont",
        "VA:Virginia",
        "WA:Washington",
        "WV:West_Virginia",
        "WI:Wisconsin",
        "WY:Wyoming",
        "DC:D.C",
    ]
)
_STATES = {short: name.replace("_", " ") for short, name in _STATES.items()}
_ROOMS = {"Apt": "Apartment", "Ste": "Suite", "Rm": "Room", "Fl": "Floor", "Bldg": "Building"}

_WAY = r"(?:(N|S|E|W|NE|NW|SE|SW)\.? )?"
_NAME = r"((?:\d{1,3}(?:st|nd|rd|th)|[A-Z][a-z]{1,20})(?: [A-Z][a-z]{1,20}){0,2}?)"
_STREET = re.compile(
    rf"(?<![\w.,$])(\d{{1,5}}) {_WAY}{_NAME} ({'|'.join(_STREETS)})\b(\.?)"
    r"(?: (N|S|E|W|NE|NW|SE|SW)\b\.?)?(?!')"
)
_BARE_STREET = re.compile(
    rf"\b{_WAY}(\d{{1,3}}(?:st|nd|rd|th)|[A-Z][a-z]{{2,20}}) (Ln|Ct|Pkwy|Sq|Hwy|Ter|Cir)\b\.?"
)
_HIGHWAY = re.compile(r"\b(?:Hwy|Highway|Rte|Route)\b\.? (\d{1,4})\b")
_INTERSTATE = re.compile(r"\b(I|US|SR)-(\d{1,3})\b")
_ZIP = re.compile(rf"(?:\b({'|'.join(_STATES)}),? )(\d{{5}})(?:-(\d{{4}}))?\b")
_STATE = re.compile(rf"(?<=[a-z]), ({'|'.join(_STATES)})\b(?!')")
_ROOM = re.compile(rf"\b({'|'.join(_ROOMS)})\b\.? (?=#?\d|[A-Z]\b)")
_BOX = re.compile(r"\bP\.? ?O\.? Box\b")


def expand_addresses(text: str) -> str:
    """Say postal addresses in words; a full stop that ends the sentence stays."""
    text = _STREET.sub(_street, text)
    text = _ROOM.sub(lambda m: _ROOMS[m[1]] + " ", text)
    text = _HIGHWAY.sub(lambda m: f"{'Route' if m[0].startswith('R') else 'Highway'} {_road(m[1])}", text)
    text = _INTERSTATE.sub(lambda m: f"{'.'.join(m[1]) if len(m[1]) > 1 else m[1]} {_road(m[2])}", text)
    text = _BARE_STREET.sub(lambda m: f"{_way(m[1])}{m[2]} {_STREETS[m[3]]}{full_stop(m)}", text)
    text = _ZIP.sub(_zip, text)
    text = _STATE.sub(lambda m: f", {_STATES[m[1]]}", text)
    return _BOX.sub("P.O Box", text)


def house_number(number: str) -> str:
    """In pairs: ``1428`` fourteen twenty-eight, ``708`` seven oh eight, ``1200`` twelve hundred."""
    n = int(number)
    if len(number) == 4 and n >= 1000:
        return year(n) if n % 1000 or n % 100 else cardinal(n)
    if len(number) == 3 and n % 100:
        rest = n % 100
        return f"{cardinal(n // 100)} {'oh ' if rest < 10 else ''}{cardinal(rest)}"
    return digits(number) if len(number) == 5 and n % 1000 else cardinal(n)


def _street(match: re.Match[str]) -> str:
    number, way, name, street, dot, after = match.groups()
    said = f"{house_number(number)} {_way(way)}{name} {_STREETS[street]}"
    return said + (f" {_WAYS[after]}" if after else full_stop(match) if dot else "")


def _way(way: str | None) -> str:
    return f"{_WAYS[way]} " if way else ""


def _road(number: str) -> str:
    return house_number(number) if len(number) < 5 else digits(number)


def _zip(match: re.Match[str]) -> str:
    more = f", {digits(match[3])}" if match[3] else ""
    return f"{_STATES[match[1]]}, {digits(match[2])}{more}"
