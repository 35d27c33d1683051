"""Where the recordings of a training run are and how they are widened."""

from __future__ import annotations

from dataclasses import dataclass

from masks.limits import Limited, limited


@dataclass(frozen=True)
class DataSettings(Limited):
    """Where the recordings are and how they are widened.

    ``corpus``: folder of recordings with metadata.csv, or nothing; ``cache``: folder for alignments and
    features; ``speakers``: whose recordings, names or patterns; ``variants``: Praat variants a recording;
    ``wide_speakers``: those who are there for the variety of voices alone, with ``wide_variants``, of whom
    the estimator but not the text encoder learns, from the share ``wide_kept`` of their recordings that
    follows its text most closely; ``workers``: processes; ``timed``: folder of speech with known phone times
    and factors (items.jsonl), or nothing; ``unseen``: its voices that training never hears.
    """

    corpus: str = "corpus"
    cache: str = "data"
    speakers: tuple[str, ...] = ()
    variants: int = limited(3, low=0)
    wide_speakers: tuple[str, ...] = ()
    wide_variants: int = limited(6, low=1)
    wide_kept: float = limited(0.7, above=0.0, high=1.0)
    workers: int = limited(2, low=1)
    timed: str = ""
    unseen: tuple[str, ...] = ()
