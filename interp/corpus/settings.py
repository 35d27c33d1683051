"""Settings of a corpus that the teacher speaks, as a YAML file or the command line gives them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from masks.limits import Limited, limited


@dataclass(frozen=True)
class Shares(Limited):
    """Shares of prompts, lines and made sentences among what is drawn; what is not there counts as 0."""

    prompts: float = limited(0.4, low=0.0, high=1.0)
    lines: float = limited(0.42, low=0.0, high=1.0)
    made: float = limited(0.18, above=0.0, high=1.0)


@dataclass(frozen=True)
class CorpusSettings(Limited):
    """What is made, and of what.

    Parameters
    ----------
    hours : of speech
    workers : processes; each takes 0.5 GB
    texts : file of sentences, one a line
    metadata : metadata.csv of a corpus of recordings, for its prompts and their splits
    teacher : folder of the teacher's packages and of what is made of them
    held_share : of families in valid and test; of these, unseen_share by voices that training lacks
    own_melody_share : of families without a bend, which say the same sentences with the same melody
    largest_shift : semitones that a timbre is moved from its home
    """

    hours: float = limited(6.0, above=0.0, high=10000.0)
    seed: int = limited(0, low=0)
    workers: int = limited(2, low=1, high=256)
    texts: Path | None = None
    metadata: Path | None = None
    teacher: Path = Path("kokoro")
    shares: Shares = field(default_factory=Shares)
    held_share: float = limited(0.03, low=0.0, high=0.5)
    unseen_share: float = limited(0.4, low=0.0, high=1.0)
    own_melody_share: float = limited(0.2, low=0.0, high=1.0)
    largest_shift: float = limited(6.0, low=2.0, high=9.0)
