"""How a written word sounds: the dictionary, then its parts, then its letters' names or spelling rules."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import product

from interp.text.lexicon import Lexicon, Pronunciation
from interp.text.morphology import pronounce_parts
from interp.text.spelling_rules import spell_out
from interp.text.symbols import is_vowel

LETTER_NAMES: dict[str, Pronunciation] = {
    letter: tuple(phones.split())
    for letter, phones in {
        **{"a": "EY1", "b": "B IY1", "c": "S IY1", "d": "D IY1", "e": "IY1", "f": "EH1 F", "g": "JH IY1"},
        **{"h": "EY1 CH", "i": "AY1", "j": "JH EY1", "k": "K EY1", "l": "EH1 L", "m": "EH1 M", "n": "EH1 N"},
        **{"o": "OW1", "p": "P IY1", "q": "K Y UW1", "r": "AA1 R", "s": "EH1 S", "t": "T IY1", "u": "Y UW1"},
        **{"v": "V IY1", "w": "D AH1 B AH0 L Y UW0", "x": "EH1 K S", "y": "W AY1", "z": "Z IY1"},
    }.items()
}
_LONGEST_ACRONYM = 6
# Sounds that are written as words, however many letters are repeated.
_INTERJECTIONS = {
    **{"psst": "P S IH1 S T", "pst": "P S IH1 S T", "brr": "B ER1", "shh": "SH IH1", "sh": "SH IH1"},
    **{"hmm": "HH AH1 M", "mm": "AH1 M", "mhm": "AH0 M HH AH1 M", "ugh": "AH1 G", "argh": "AA1 R G"},
    **{"tsk": "T IH1 S K", "pfft": "F AH1 T", "pff": "F AH1 F", "zz": "Z IH1 Z", "grr": "G ER1"},
    **{"phew": "F Y UW1", "eww": "IY1 UW0", "aww": "AO1", "ooh": "UW1", "whoa": "W OW1"},
    **{"yay": "Y EY1", "aah": "AA1", "uh": "AH1", "um": "AH1 M", "er": "ER1"},
    **{"huh": "HH AH1", "meh": "M EH1", "nah": "N AE1", "yeah": "Y AE1", "ow": "AW1"},
    **{"ew": "IY1 UW0", "oof": "UW1 F", "hm": "HH AH1 M"},
}
_MOST_RUNS = 6
_REPEATED = re.compile(r"(.)\1+")


@dataclass(frozen=True)
class Spoken:
    """A word in lower case, its phones, and a line on how they were guessed; empty where looked up."""

    text: str
    phones: Pronunciation
    warning: str


def pronounce(token: str, lexicon: Lexicon, shouted: bool = False) -> list[Spoken]:
    """Pronounce a written word; one with hyphens that the dictionary lacks becomes several.

    Parameters
    ----------
    token : letters, apostrophes, hyphens inside; or single letters with dots between them, to be named
    lexicon : where the word is looked up first
    shouted : the text around is all capitals, so that capitals do not mark an acronym
    """
    if "." in token:
        return [_dotted(token, lexicon)]
    known = _look_up(token.lower(), lexicon)
    if known is not None:
        return [known]
    parts = [part for part in token.split("-") if part.strip("'")]
    return [_pronounce_part(part, lexicon, shouted) for part in parts]


def _look_up(word: str, lexicon: Lexicon) -> Spoken | None:
    """The word as it stands, or without the quotation marks around it."""
    for form in (word, word.rstrip("'"), word.lstrip("'"), word.strip("'")):
        variants = lexicon.variants(form)
        if variants:
            return Spoken(form, variants[0], "")
    return None


def _pronounce_part(token: str, lexicon: Lexicon, shouted: bool) -> Spoken:
    word = token.lower()
    known = _look_up(word, lexicon)
    if known is not None:
        return known
    word = word.strip("'")
    drawn_out = _drawn_out(word, lexicon)
    if drawn_out is not None:
        return drawn_out
    if not shouted and _is_acronym(token.strip("'")):
        return _told(word, name_letters(word), "in letters")
    parts = pronounce_parts(word, lexicon)
    if parts is not None:
        return _told(word, parts.phones, f"from {parts.how}")
    phones = spell_out(word)
    if not any(is_vowel(phone) for phone in phones):
        return _told(word, name_letters(word), "in letters")
    return _told(word, phones, "by spelling rules")


def _drawn_out(word: str, lexicon: Lexicon) -> Spoken | None:
    """``noooo`` is *no*: the longest known word with fewer repeats of a letter that stands three times."""
    for form in (word, _REPEATED.sub(r"\1\1", word), _REPEATED.sub(r"\1", word)):
        if form in _INTERJECTIONS:
            return _told(word, tuple(_INTERJECTIONS[form].split()), "as an interjection")
    if not re.search(r"(.)\1\1", word):
        return None
    runs = [m[0] for m in re.finditer(r"(.)\1*", word)]
    if sum(len(run) > 1 for run in runs) > _MOST_RUNS:
        return None
    forms = {"".join(parts) for parts in product(*([r[0]] if len(r) == 1 else [r[:2], r[0]] for r in runs))}
    known = [form for form in sorted(forms, key=lambda f: (-len(f), f)) if lexicon.variants(form)]
    return _told(word, lexicon.variants(known[0])[0], f"as {known[0]}") if known else None


def _dotted(token: str, lexicon: Lexicon) -> Spoken:
    word = token.lower() + "."
    variants = lexicon.variants(word)
    return Spoken(word, variants[0] if variants else name_letters(word), "")


def _is_acronym(token: str) -> bool:
    return token.isalpha() and token.isupper() and len(token) <= _LONGEST_ACRONYM


def name_letters(word: str) -> Pronunciation:
    """Names of the letters, secondary stress on all but the last: ``html`` is EY2 CH T IY2 EH2 M EH1 L."""
    names = [LETTER_NAMES[letter] for letter in word if letter in LETTER_NAMES]
    earlier = [phone.replace("1", "2") for name in names[:-1] for phone in name]
    return (*earlier, *names[-1])


def _told(word: str, phones: Pronunciation, how: str) -> Spoken:
    shown = word if len(word) <= 40 else word[:40] + "..."
    said = " ".join(phones[:40])
    return Spoken(word, phones, f'"{shown}" is not in the dictionary: spoken {how}, {said}')
