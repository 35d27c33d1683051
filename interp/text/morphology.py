"""Words that the dictionary lacks but whose parts it has: endings, prefixes and compounds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from interp.text.lexicon import Lexicon, Pronunciation

_SIBILANTS = {"S", "Z", "SH", "ZH", "CH", "JH"}
_VOICELESS = {"P", "T", "K", "F", "TH"}
_ENDINGS = {
    **{"ing": "IH0 NG", "ings": "IH0 NG Z", "er": "ER0", "ers": "ER0 Z", "est": "AH0 S T", "y": "IY0"},
    **{"ly": "L IY0", "ness": "N AH0 S", "less": "L AH0 S", "ful": "F AH0 L", "able": "AH0 B AH0 L"},
    **{"ish": "IH0 SH", "ism": "IH2 Z AH0 M", "ist": "AH0 S T", "ists": "AH0 S T S", "ment": "M AH0 N T"},
    **{"ments": "M AH0 N T S", "like": "L AY2 K", "wise": "W AY2 Z", "ship": "SH IH2 P", "some": "S AH0 M"},
    **{"hood": "HH UH2 D", "dom": "D AH0 M", "ward": "W ER0 D", "wards": "W ER0 D Z"},
}
_PREFIXES = {
    **{"un": "AH0 N", "re": "R IY0", "non": "N AA0 N", "dis": "D IH0 S", "mis": "M IH0 S", "pre": "P R IY0"},
    **{"over": "OW2 V ER0", "under": "AH2 N D ER0", "out": "AW2 T", "super": "S UW2 P ER0"},
    **{"anti": "AE2 N T AY0", "inter": "IH2 N T ER0", "micro": "M AY2 K R OW0", "multi": "M AH2 L T IY0"},
    **{"semi": "S EH2 M IY0", "counter": "K AW2 N T ER0", "mid": "M IH2 D", "auto": "AO2 T OW0"},
}
_SHORTEST_STEM = 3
_SHORTEST_IN_COMPOUND = 4
_LONGEST_WORD = 40
# Endings and prefixes that may stack; without a limit the search is exponential in hostile words.
_DEPTH = 3
_VOWELS = "aeiou"


@dataclass(frozen=True)
class Parts:
    """Phones of a word put together from known parts, and those parts named for the reader."""

    phones: Pronunciation
    how: str


def pronounce_parts(word: str, lexicon: Lexicon, depth: int = _DEPTH) -> Parts | None:
    """Phones of a lower-case word from parts that the dictionary has; None where no parts fit.

    Tried in this order: possessive and plural, ``-ed``, other endings, prefixes, two words in one.
    Endings and prefixes may stack (``un-quench-able``), ``depth`` of them.
    """
    if len(word) > _LONGEST_WORD or depth == 0:
        return None
    return (
        _with_s(word, lexicon, depth)
        or _with_ed(word, lexicon, depth)
        or _with_ending(word, lexicon, depth)
        or _with_prefix(word, lexicon, depth)
        or _compound(word, lexicon)
    )


def _stem(stem: str, lexicon: Lexicon, depth: int) -> Pronunciation | None:
    """Phones of what is left without an ending or prefix: a word, or a shorter one made of parts."""
    if len(stem) < _SHORTEST_STEM:
        return None
    variants = lexicon.variants(stem)
    if variants:
        return variants[0]
    parts = pronounce_parts(stem, lexicon, depth - 1)
    return parts.phones if parts else None


def _with_s(word: str, lexicon: Lexicon, depth: int) -> Parts | None:
    for ending, put_back in (("'s", ""), ("s'", ""), ("ies", "y"), ("es", ""), ("s", "")):
        if not word.endswith(ending) or (ending == "s" and word.endswith("ss")):
            continue
        stem = word[: -len(ending)] + put_back
        phones = _stem(stem, lexicon, depth)
        # "-es" is a plural after a sibilant alone: "deeps", but "boxes".
        if phones and (ending != "es" or phones[-1] in _SIBILANTS):
            return Parts(phones + _spoken_s(phones[-1]), f'"{stem}" and "{ending}"')
    return None


def _spoken_s(last: str) -> Pronunciation:
    if last in _SIBILANTS:
        return ("IH0", "Z")
    return ("S",) if last in _VOICELESS else ("Z",)


def _with_ed(word: str, lexicon: Lexicon, depth: int) -> Parts | None:
    if not word.endswith("ed"):
        return None
    for stem in _stems_before_vowel(word[:-2]):
        phones = _stem(stem, lexicon, depth)
        if phones:
            return Parts(phones + _spoken_ed(phones[-1]), f'"{stem}" and "ed"')
    return None


def _spoken_ed(last: str) -> Pronunciation:
    if last in ("T", "D"):
        return ("IH0", "D")
    return ("T",) if last in _VOICELESS | {"S", "SH", "CH"} else ("D",)


def _with_ending(word: str, lexicon: Lexicon, depth: int) -> Parts | None:
    for ending, spoken in _ENDINGS.items():
        if not word.endswith(ending):
            continue
        left = word[: -len(ending)]
        stems = _stems_before_vowel(left) if ending[0] in "aeiy" else _stems_before_consonant(left)
        for stem in stems:
            phones = _stem(stem, lexicon, depth)
            if phones:
                return Parts((*phones, *spoken.split()), f'"{stem}" and "{ending}"')
    return None


def _stems_before_vowel(left: str) -> Iterator[str]:
    """What the stem may have been: as it is, with its mute e, without its doubled consonant, with y for i."""
    if len(left) > 2 and left[-1] == left[-2] and left[-1] not in _VOWELS + "sl":
        yield left[:-1]
    # "hop" + "ed" would be "hopped": after one vowel and one consonant a short stem had an e.
    dropped_e = 2 < len(left) < 6 and left[-1] not in _VOWELS + "wxy" and left[-2] in _VOWELS
    yield from (left + "e", left) if dropped_e else (left, left + "e")
    if len(left) > 2 and left[-1] == left[-2]:
        yield left[:-1]
    if left.endswith("i"):
        yield left[:-1] + "y"


def _stems_before_consonant(left: str) -> Iterator[str]:
    yield left
    if left.endswith("i"):
        yield left[:-1] + "y"


def _with_prefix(word: str, lexicon: Lexicon, depth: int) -> Parts | None:
    for prefix, spoken in _PREFIXES.items():
        rest = word[len(prefix) :]
        phones = (
            _stem(rest, lexicon, depth) if word.startswith(prefix) and len(rest) > _SHORTEST_STEM else None
        )
        if phones:
            return Parts((*spoken.split(), *phones), f'"{prefix}" and "{rest}"')
    return None


def _compound(word: str, lexicon: Lexicon) -> Parts | None:
    """Two known words, cut as near to the middle as may be; the second keeps secondary stress."""
    cuts = range(_SHORTEST_IN_COMPOUND, len(word) - _SHORTEST_IN_COMPOUND + 1)
    for cut in sorted(cuts, key=lambda c: abs(2 * c - len(word))):
        first, second = lexicon.variants(word[:cut]), lexicon.variants(word[cut:])
        if first and second:
            weaker = tuple(phone.replace("1", "2") for phone in second[0])
            return Parts(first[0] + weaker, f'"{word[:cut]}" and "{word[cut:]}"')
    return None
