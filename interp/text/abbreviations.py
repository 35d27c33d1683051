"""Abbreviations in full: titles, companies, streets, months, Latin; and letters with dots (U.S., a.m.)."""

from __future__ import annotations

import re

# Said in full, the dot dropped, because a name or number follows.
_BEFORE_NAME = {
    **{"Mr": "Mister", "Mrs": "Missus", "Ms": "Ms", "Dr": "Doctor", "Prof": "Professor", "Rev": "Reverend"},
    **{"Gen": "General", "Col": "Colonel", "Capt": "Captain", "Lt": "Lieutenant", "Sgt": "Sergeant"},
    **{"Maj": "Major", "Hon": "Honorable", "Sen": "Senator", "Gov": "Governor", "Pres": "President"},
    **{"Rep": "Representative", "Mt": "Mount", "Ft": "Fort", "Messrs": "Messieurs", "Drs": "Doctors"},
    "St": "Saint",
}
# Said in full; the dot stays where it may also end the sentence.
_AFTER_NAME = {
    **{"Jr": "Junior", "Sr": "Senior", "Esq": "Esquire", "Co": "Company", "Corp": "Corporation"},
    **{"Inc": "Incorporated", "Ltd": "Limited", "Ave": "Avenue", "Blvd": "Boulevard", "Rd": "Road"},
    **{"Bros": "Brothers", "Univ": "University", "Dept": "Department", "dept": "department"},
    **{"etc": "et cetera", "Etc": "Et cetera", "vs": "versus", "Vs": "Versus"},
    **{"approx": "approximately", "est": "established"},
}
_BEFORE_NUMBER = {
    **{"No": "number", "no": "number", "Nos": "numbers", "nos": "numbers", "Fig": "figure", "fig": "figure"},
    **{"Vol": "volume", "vol": "volume", "Ch": "chapter", "ch": "chapter", "p": "page", "pp": "pages"},
    **{"Jan": "January", "Feb": "February", "Mar": "March", "Apr": "April", "Jun": "June", "Jul": "July"},
    **{"Aug": "August", "Sep": "September", "Sept": "September", "Oct": "October", "Nov": "November"},
    "Dec": "December",
}
_LATIN = {"e.g": "for example", "i.e": "that is"}

# The words after which a dot does not end a sentence.
NOT_A_SENTENCE_END = frozenset({*_BEFORE_NAME, *_BEFORE_NUMBER, *_LATIN, "vs", "approx", "est"})


def _any_of(words: dict[str, str]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_TITLE = re.compile(rf"\b({_any_of(_BEFORE_NAME)})\.(?=\s|$)")
_STREET = re.compile(r"\b([A-Z][a-z]{1,20}|\d(?:st|nd|rd|th)) (St|Dr)\b(?!\.? ?[A-Z])\.?")
_BARE_TITLE = re.compile(r"\b(Mr|Mrs|Dr|Prof|St)(?= [A-Z])")
_TAIL = re.compile(rf"\b({_any_of(_AFTER_NAME)})\.")
_NUMBERED = re.compile(rf"\b({_any_of(_BEFORE_NUMBER)})(?:\. ?| )(?=\d)")
_DOTTED = re.compile(r"(?<![A-Za-z.])([A-Za-z](?:\.[A-Za-z](?=\.)){1,9})\.(?![A-Za-z])")
_INITIAL = re.compile(r"(?<![\w.])([A-HJ-Z])\. (?=[A-Z])")
_HALF_OF_DAY = re.compile(r"(?<=\d) ?([ap])\.?m\b\.?", re.IGNORECASE)


def expand_abbreviations(text: str) -> str:
    """Say abbreviations in full; letters with dots become ``U.S``, to be named one by one.

    ``St.`` and ``Dr.`` are a street after a name (``Elm St.``) and a saint or doctor otherwise.
    """
    text = _HALF_OF_DAY.sub(lambda m: f" {m[1].upper()}.M{full_stop(m)}", text)
    text = _DOTTED.sub(_dotted, text)
    text = _INITIAL.sub(lambda m: f"{'Ay' if m[1] == 'A' else m[1]} ", text)
    text = _STREET.sub(lambda m: f"{m[1]} {'Street' if m[2] == 'St' else 'Drive'}{full_stop(m)}", text)
    text = _TITLE.sub(lambda m: _BEFORE_NAME[m[1]], text)
    text = _BARE_TITLE.sub(lambda m: _BEFORE_NAME[m[1]], text)
    text = _TAIL.sub(lambda m: _AFTER_NAME[m[1]] + full_stop(m), text)
    return _NUMBERED.sub(lambda m: _BEFORE_NUMBER[m[1]] + " ", text)


def full_stop(match: re.Match[str]) -> str:
    """A full stop where the abbreviation's dot may also end the sentence: a capital or nothing follows."""
    following = match.string[match.end() : match.end() + 2]
    ends_sentence = not following.strip() or (following[0] == " " and following[1].isupper())
    return "." if match[0].endswith(".") and ends_sentence else ""


def _dotted(match: re.Match[str]) -> str:
    letters = match[1]
    if letters.lower() in _LATIN:
        return _LATIN[letters.lower()]
    ends_clock_time = letters.lower() in ("a.m", "p.m")
    return letters.upper() + (full_stop(match) if ends_clock_time or match.end() == len(match.string) else "")
