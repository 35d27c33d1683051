"""Which reading a word has that is written as another: by the words around it.

A linear model a word, over its neighbours, their endings and kinds, and what stands within five words; beside
them one score that all words share: how much a place looks like that of a verb. It was
trained on Wikipedia sentences (`benchmarks/heteronyms.py`); its data and licence are in NOTICE.md.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from interp.system.shipped import data_path
from interp.text.lexicon import Pronunciation

MODEL = "resources/heteronyms.json.gz"
VERB = "*verb"  # the shared score as a feature, and its weights as a word of the file
NEAR = 5
_KINDS = {
    **dict.fromkeys(
        ["the", "a", "an", "this", "that", "these", "those", "each", "every", "no", "any"], "det"
    ),
    **dict.fromkeys(["some", "all", "both", "another", "such", "either", "neither"], "det"),
    **dict.fromkeys(["my", "your", "his", "her", "its", "our", "their", "whose"], "poss"),
    **dict.fromkeys(["i", "you", "he", "she", "it", "we", "they", "who", "which", "there"], "pron"),
    **dict.fromkeys(["me", "him", "us", "them", "himself", "themselves", "itself"], "obj"),
    **dict.fromkeys(["am", "is", "are", "was", "were", "be", "been", "being", "isn't", "wasn't"], "be"),
    **dict.fromkeys(["have", "has", "had", "having", "hasn't", "hadn't", "haven't"], "have"),
    **dict.fromkeys(["do", "does", "did", "don't", "doesn't", "didn't"], "do"),
    **dict.fromkeys(["can", "could", "will", "would", "shall", "should", "may", "might", "must"], "modal"),
    **dict.fromkeys(["can't", "couldn't", "won't", "wouldn't", "shouldn't", "i'll", "you'll"], "modal"),
    **dict.fromkeys(["of", "in", "on", "at", "by", "for", "with", "from", "into", "over", "under"], "prep"),
    **dict.fromkeys(["between", "through", "during", "against", "about", "after", "before", "as"], "prep"),
    **dict.fromkeys(["and", "or", "but", "nor", "than"], "conj"),
    **dict.fromkeys([".", "!", "?"], "stop"),
    **dict.fromkeys([",", ";", ":", "-"], "comma"),
}
_ENDINGS = ("ly", "ing", "ed", "ous", "ful", "tion", "ment", "ity", "al", "er", "s")


def features(words: Sequence[str], index: int) -> Iterator[str]:
    """What is known of the place of a word among words and marks; the word itself is not read."""
    around = [w.lower() for w in words]
    before = [*reversed(around[max(0, index - NEAR) : index]), "^", "^"]
    after = [*around[index + 1 : index + 1 + NEAR], "$", "$"]
    p1, p2, n1, n2 = before[0], before[1], after[0], after[1]
    yield from (f"p1={p1}", f"p2={p2}", f"n1={n1}", f"n2={n2}")
    yield from (f"p21={p2} {p1}", f"n12={n1} {n2}", f"pn={p1} {n1}")
    kp1, kp2, kn1, kn2 = (_kind(w) for w in (p1, p2, n1, n2))
    yield from (f"kp1={kp1}", f"kn1={kn1}", f"kp={kp2} {kp1}", f"kn={kn1} {kn2}", f"kpn={kp1} {kn1}")
    yield from (f"sp1={p1[-3:]}", f"sn1={n1[-3:]}")
    yield from (f"b={w}" for w in {*before, *after})
    if words[index][:1].isupper() and p1 != "^":
        yield "capital"


def place_features(found: Iterable[str]) -> list[str]:
    """Of `features` those that say the same of any word: kinds, endings and closed classes."""
    return [f for f in found if f.startswith(("kp", "kn", "sp1", "sn1")) or _names_closed_class(f)]


def _names_closed_class(feature: str) -> bool:
    place, _, word = feature.partition("=")
    return (place in ("p1", "n1") and word in _KINDS) or feature == "p1=to"


def _kind(word: str) -> str:
    if word in _KINDS:
        return _KINDS[word]
    return next((f"-{e}" for e in _ENDINGS if word.endswith(e) and len(word) > len(e) + 2), "other")


@dataclass(frozen=True)
class Heteronym:
    """The readings of a word, and the weight of each feature for each reading but the first."""

    readings: tuple[Pronunciation, ...]
    bias: tuple[float, ...]
    weights: Mapping[str, Sequence[float]]
    verb: Mapping[str, float]

    def best(self, words: Sequence[str], index: int) -> Pronunciation:
        """The reading of the word at a place."""
        scores = [0.0, *self.bias]
        found = list(features(words, index))
        verb = sum(self.verb.get(feature, 0.0) for feature in place_features(found))
        for feature in (*found, VERB):
            size = verb if feature == VERB else 1.0
            for k, weight in enumerate(self.weights.get(feature, ()), start=1):
                scores[k] += size * weight
        return self.readings[scores.index(max(scores))]


@lru_cache(maxsize=1)
def heteronyms() -> Mapping[str, Heteronym]:
    """All words of the model, lower case; read at the first call and kept."""
    stored = json.loads(gzip.decompress(data_path(MODEL).read_bytes()))
    verb = stored.pop(VERB)
    return {
        word: Heteronym(
            tuple(tuple(r.split()) for r in one["readings"]), tuple(one["bias"]), one["weights"], verb
        )
        for word, one in stored.items()
    }
