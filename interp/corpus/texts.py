"""What is said: prompts of a corpus of recordings, lines of a file, made sentences; each in one split."""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from interp.corpus.made_sentences import made_sentence
from interp.corpus.phone_letters import letters_of
from interp.corpus.settings import Shares
from interp.system.lists import Columns, read_list, sound_rows
from interp.system.text_files import read_text
from interp.text.frontend import phonemize
from masks.errors import InterpError

HELD_SPLITS = ("valid", "test")
SPLITS = ("train", *HELD_SPLITS)
COLUMNS = Columns(("utterance", "text", "split"), others=True)
# Of sentences that no corpus of recordings has put into a split: 4 of 256 are for validation, 4 for tests.
_HELD_BYTES = 4
FEWEST_WORDS = 3
MOST_WORDS = 25
MOST_LETTERS = 300


@dataclass(frozen=True)
class Sentence:
    """A sentence with its name and split."""

    name: str
    text: str
    split: str


@dataclass(frozen=True)
class Texts:
    """Sentences to draw from.

    Parameters
    ----------
    prompts, lines : those that can be read, by split
    left_out : how many could not, by reason
    """

    prompts: Mapping[str, Sequence[Sentence]]
    lines: Mapping[str, Sequence[Sentence]]
    left_out: Mapping[str, int]
    shares: Shares

    def draw(self, rng: random.Random, split: str) -> Sentence:
        """A sentence of a split."""
        prompts, lines = self.prompts.get(split, ()), self.lines.get(split, ())
        weights = (self.shares.prompts * bool(prompts), self.shares.lines * bool(lines), self.shares.made)
        [kind] = rng.choices((prompts, lines, None), weights)
        return made_in(rng, split) if kind is None else rng.choice(kind)


def read_texts(metadata: Path | None, lines: Path | None, shares: Shares) -> Texts:
    """Sentences of a corpus' table and of a text file; a sentence that both have is a prompt.

    Parameters
    ----------
    metadata : ``metadata.csv`` of a corpus of recordings, whose splits ``valid`` and ``test`` are kept
    lines : text, a sentence a line

    Raises
    ------
    InterpError
        When a file cannot be read, or has no sentence that can be spoken.
    """
    left_out: Counter[str] = Counter()
    prompts = _readable(_prompts(metadata), left_out, metadata) if metadata else []
    known = {_plain(s.text) for s in prompts}
    others = [s for s in _lines(lines) if _plain(s.text) not in known] if lines else []
    spoken = _readable(others, left_out, lines) if lines else []
    return Texts(_by_split(prompts), _by_split(spoken), left_out, shares)


def made_in(rng: random.Random, split: str) -> Sentence:
    """A made sentence that belongs to a split."""
    while True:
        text = made_sentence(rng)
        if split_of(text) == split:
            return Sentence(f"made_{_digest(text).hex()[:10]}", text, split)


def split_of(text: str) -> str:
    """The split of a sentence, whatever corpus it comes into: decided by its digest."""
    byte = _digest(text)[-1]
    return HELD_SPLITS[byte // _HELD_BYTES] if byte < _HELD_BYTES * len(HELD_SPLITS) else "train"


def why_unreadable(text: str) -> str | None:
    """Why the text front end cannot read a sentence out as it stands; None where it can."""
    try:
        read = phonemize(text)
    except InterpError:
        return "no word"
    if read.warnings:
        return "a guessed word"
    if not FEWEST_WORDS <= len(read.words) <= MOST_WORDS:
        return f"not {FEWEST_WORDS} to {MOST_WORDS} words"
    return "too long" if sum(len(letters_of(s)) for s in read.symbols) > MOST_LETTERS else None


def _prompts(metadata: Path) -> list[Sentence]:
    """Distinct texts, in one split each: a text that is held somewhere is held everywhere."""
    found: dict[str, Sentence] = {}
    for row in sound_rows(read_list(metadata, COLUMNS, "the metadata.csv of a corpus"), metadata):
        text = _ended(row.fields.get("text", "").strip())
        split = row.fields.get("split", "")
        sentence = Sentence(row.fields.get("utterance", ""), text, split if split in SPLITS else "train")
        before = found.get(_plain(text))
        if text and (before is None or (before.split == "train" and sentence.split != "train")):
            found[_plain(text)] = sentence
    return list(found.values())


def _lines(path: Path) -> list[Sentence]:
    lines = read_text(path, "a UTF-8 file, a sentence a line").split("\n")
    texts = [_ended(line.strip()) for line in lines]
    distinct = {_plain(text): text for text in reversed(texts) if text}
    return [Sentence(f"line_{_digest(t).hex()[:10]}", t, split_of(t)) for t in reversed(distinct.values())]


def _readable(sentences: Sequence[Sentence], left_out: Counter[str], path: Path) -> list[Sentence]:
    reasons = [why_unreadable(s.text) for s in sentences]
    left_out.update(reason for reason in reasons if reason)
    kept = [s for s, reason in zip(sentences, reasons, strict=True) if reason is None]
    if not kept:
        raise InterpError(f"{path}: none of {len(reasons)} sentences can be read out; give English sentences")
    return kept


def _by_split(sentences: Iterable[Sentence]) -> dict[str, list[Sentence]]:
    found: dict[str, list[Sentence]] = {split: [] for split in SPLITS}
    for sentence in sentences:
        found[sentence.split].append(sentence)
    return found


def _ended(text: str) -> str:
    """With a full stop where the line ends in a letter: the teacher's melody needs an end."""
    return f"{text}." if text[-1:].isalnum() else text


def _plain(text: str) -> str:
    return " ".join(text.lower().strip(".!? ").split())


def _digest(text: str) -> bytes:
    return hashlib.sha256(_plain(text).encode()).digest()
