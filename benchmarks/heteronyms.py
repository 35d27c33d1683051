"""How well are heteronyms read?  python benchmarks/heteronyms.py FOLDER [--write]

FOLDER holds train.tsv and wordids.tsv of the Wikipedia homograph data (Google, Apache 2.0). A fifth of its
sentences at a time is kept back. Beside it: always the commoner reading, and the dictionary's first. A fifth
of the words was not looked at while the features were chosen; theirs is the second column. --write trains on
all sentences and writes resources/heteronyms.json.gz, which the program reads.
"""

from __future__ import annotations

import csv
import gzip
import json
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

from interp.system.files import write_bytes
from interp.text.fold import fold
from interp.text.heteronyms import VERB, features, place_features
from interp.text.ipa import arpabet_of_ipa
from interp.text.lexicon import Pronunciation, cmudict_lexicon
from interp.text.normalize import normalize_folded
from interp.text.tokens import words_and_marks

OUT = Path(__file__).parents[1] / "resources" / "heteronyms.json.gz"
FOLDS = 5
LEAST_COUNT = 2
LEAST_SHARED = 8
VERBS = ("_vrb", "_past", "_present")
LEAST_WEIGHT = 0.06
STRENGTH = 2.0  # C of the regression
LIKE = str.maketrans({"0": "", "1": "", "2": ""})


# The data hold no perfect of *read*; these are ours.
OWN = {
    "read_past": (
        "I have | it .", "she has | it .", "we had | the book .", "they have already | it .",
        "it was | aloud .", "the letter is | at last .", "it has been | by many .", "he had never | it .",
        "who has | this ?", "have you | it ?", "I've | it .", "she had not | it .", "it was | twice .",
    ),
    "read_present": (
        "I will | it .", "she can | it .", "we want to | the book .", "they may | it .", "do you | it ?",
        "he did not | it .", "you should | this .", "please | it .", "could she | it ?", "let us | it .",
        "I like to | aloud .", "I always | it .", "don't | that .",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Example:
    """A sentence cut at a word, and the reading that the word has."""

    words: list[str]
    index: int
    reading: str


def read(folder: Path) -> tuple[dict[str, list[Example]], dict[str, dict[str, Pronunciation]]]:
    """Examples and readings by word."""
    examples: dict[str, list[Example]] = defaultdict(list)
    for row in _rows(folder / "train.tsv"):
        start, end = int(row["start"]), int(row["end"])
        before, after = (
            words_and_marks(normalize_folded(fold(part).text))
            for part in (row["sentence"][:start], row["sentence"][end:])
        )
        word = row["sentence"][start:end]
        examples[row["homograph"]].append(Example([*before, word, *after], len(before), row["wordid"]))
    for reading, sentences in OWN.items():
        for sentence in sentences:
            words = sentence.replace("|", "read").split()
            examples["read"].append(Example(words, words.index("read"), reading))
    readings: dict[str, dict[str, Pronunciation]] = defaultdict(dict)
    for row in _rows(folder / "wordids.tsv"):
        readings[row["homograph"]][row["wordid"]] = as_in_dictionary(
            row["homograph"], arpabet_of_ipa(row["pronunciation"])
        )
    return dict(examples), dict(readings)


def as_in_dictionary(word: str, phones: Pronunciation) -> Pronunciation:
    """The dictionary's variant that has the same sounds and main stress, reduced vowels apart; else these."""
    variants = cmudict_lexicon().variants(word)
    return next((v for v in variants if _bare(v) == _bare(phones)), phones)


def _bare(phones: Sequence[str]) -> list[str]:
    """Sounds with main stress; unstressed vowels are alike."""
    return [
        "V" if p[-1] in "02" and p[:2] in ("AH", "IH", "EH", "IY", "ER") else p.replace("2", "0")
        for p in phones
    ]


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file, delimiter="\t")


Shared = dict[str, float]


def fit_shared(examples: Sequence[Example]) -> Shared:
    """Weights of what makes a place that of a verb, from all words of which one reading is a verb's."""
    found = [place_features(features(e.words, e.index)) for e in examples]
    counts = Counter(f for one in found for f in set(one))
    vectors = DictVectorizer()
    x = vectors.fit_transform([{f: 1.0 for f in one if counts[f] >= LEAST_SHARED} for one in found])
    model = LogisticRegression(C=0.5, max_iter=500)
    model.fit(x, [e.reading.endswith(VERBS) for e in examples])
    named = zip(vectors.feature_names_, model.coef_[0], strict=True)
    return {str(name): round(float(w), 2) for name, w in named if abs(w) >= LEAST_WEIGHT}


def verb_score(shared: Shared, example: Example) -> float:
    return sum(shared.get(f, 0.0) for f in place_features(features(example.words, example.index)))


def fit(examples: Sequence[Example], shared: Shared) -> tuple[DictVectorizer, LogisticRegression] | str:
    """A model of one word, or its only reading."""
    seen = {e.reading for e in examples}
    if len(seen) == 1:
        return next(iter(seen))
    found = [set(features(e.words, e.index)) for e in examples]
    counts = Counter(f for one in found for f in one)
    rows = [
        {VERB: verb_score(shared, e), **{f: 1.0 for f in one if counts[f] >= LEAST_COUNT}}
        for e, one in zip(examples, found, strict=True)
    ]
    vectors = DictVectorizer()
    model = LogisticRegression(C=STRENGTH, max_iter=300)
    return vectors, model.fit(vectors.fit_transform(rows), [e.reading for e in examples])


def predicted(
    model: tuple[DictVectorizer, LogisticRegression] | str, examples: Sequence[Example], shared: Shared
) -> list[str]:
    if isinstance(model, str):
        return [model] * len(examples)
    vectors, regression = model
    found = [
        {VERB: verb_score(shared, e), **dict.fromkeys(features(e.words, e.index), 1.0)} for e in examples
    ]
    return list(regression.predict(vectors.transform(found)))


def with_verbs(examples: Mapping[str, list[Example]]) -> list[Example]:
    """Examples of words that are a verb in one of their readings alone."""
    mixed = [mine for mine in examples.values() if len({e.reading.endswith(VERBS) for e in mine}) == 2]
    return [e for mine in mixed for e in mine]


def cross_validated(examples: Mapping[str, list[Example]]) -> dict[str, dict[str, list[bool]]]:
    """Right or wrong, by way and word."""
    right: dict[str, dict[str, list[bool]]] = defaultdict(lambda: defaultdict(list))
    folds = {w: np.random.default_rng(0).permutation(len(mine)) % FOLDS for w, mine in examples.items()}
    for number in range(FOLDS):
        parts = {w: _parted(mine, folds[w] == number) for w, mine in examples.items()}
        shared = fit_shared(with_verbs({w: rest for w, (rest, _) in parts.items()}))
        for word, (rest, kept) in parts.items():
            common = Counter(e.reading for e in rest).most_common(1)[0][0]
            right["commoner"][word] += [e.reading == common for e in kept]
            guesses = predicted(fit(rest, shared), kept, shared)
            right["model"][word] += [e.reading == g for e, g in zip(kept, guesses, strict=True)]
    return right


def _parted(examples: list[Example], kept: np.ndarray) -> tuple[list[Example], list[Example]]:
    pairs = list(zip(examples, kept, strict=True))
    return [e for e, k in pairs if not k], [e for e, k in pairs if k]


def stored(
    examples: Mapping[str, list[Example]], readings: Mapping[str, Mapping[str, Pronunciation]]
) -> bytes:
    """The model of all words as the program reads it."""
    shared = fit_shared(with_verbs(examples))
    out: dict[str, object] = {VERB: shared}
    for word, mine in examples.items():
        model = fit(mine, shared)
        if isinstance(model, str):
            continue
        vectors, regression = model
        names = [str(c) for c in regression.classes_]
        two = len(names) == 2
        rows = regression.coef_ if two else regression.coef_[1:] - regression.coef_[0]
        bias = regression.intercept_ if two else regression.intercept_[1:] - regression.intercept_[0]
        weights = {
            str(name): [round(float(w), 2) for w in rows[:, k]]
            for k, name in enumerate(vectors.feature_names_)
            if np.abs(rows[:, k]).max() >= LEAST_WEIGHT or name == VERB
        }
        out[word] = {
            "readings": [" ".join(readings[word][name]) for name in names],
            "bias": [round(float(b), 3) for b in bias],
            "weights": weights,
        }
    return gzip.compress(json.dumps(out, separators=(",", ":"), sort_keys=True).encode(), mtime=0)


@click.command()
@click.argument("folder", type=click.Path(exists=True, path_type=Path))
@click.option("--write", "writes", is_flag=True, help="Train on all, and write the model.")
def main(folder: Path, writes: bool) -> None:
    """Measure, and train."""
    started = time.perf_counter()
    examples, readings = read(folder)
    click.echo(f"{len(examples)} words, {sum(map(len, examples.values()))} sentences")
    unseen = set(sorted(examples)[::5])
    for name, by_word in cross_validated(examples).items():
        for said, words in (("all", set(examples)), ("words kept out", unseen)):
            answers = [a for w in words for a in by_word[w]]
            click.echo(f"{name}, {said}: {100 * np.mean(answers):.1f} % of {len(answers)}")
    if writes:
        data = stored(examples, readings)
        write_bytes(OUT, data)
        click.echo(f"{OUT.name}: {len(data) / 1000:.0f} kB")
    click.echo(f"{time.perf_counter() - started:.0f} s")


if __name__ == "__main__":
    main()
