"""What an experiment's YAML file says: cases, conditions, settings, measures, and where results go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from interp.settings.resolve import resolve
from masks.errors import InterpError
from masks.limits import Limited, limited, require_limits

Scalar = int | float | str | bool | tuple[float, ...] | None
Setting = Scalar | Mapping[str, Scalar]


@dataclass(frozen=True)
class ListedCase:
    """A case by its files, relative to the YAML file; ``same_gender`` and the texts where they are known."""

    text: str
    ref1: Path
    ref2: Path
    seed: int = 0
    ref1_text: str | None = None
    ref2_text: str | None = None
    same_gender: bool | None = None


@dataclass(frozen=True)
class CasesSpec(Limited):
    """How cases are drawn from a corpus, or which they are.

    Parameters
    ----------
    count : int, pairs of references with a sentence
    seed : int, of the drawing
    seeds_per_pair : int, seeds that each of them is spoken with
    least_semitones : float, least distance of the references' median F0
    same_gender : float in [0, 1], share of the pairs that are of one gender, as far as they are found
    ref1_says : ``other`` words than the sentence, or the ``same``, so that contours can be compared
    fewest_words : int, of a sentence
    speakers : who the references are by, names or patterns (``abc_*``); none: everybody
    genders : speaker of the corpus to ``female`` or ``male``; of others it is measured, which takes seconds
    listed : explicit cases, in place of a corpus
    """

    count: int = limited(16, low=1, high=100000)
    seed: int = limited(0, low=0)
    seeds_per_pair: int = limited(1, low=1, high=10000)
    least_semitones: float = limited(3.0, low=0.0, high=48.0)
    same_gender: float = limited(0.3, low=0.0, high=1.0)
    ref1_says: Literal["other", "same"] = "other"
    fewest_words: int = limited(6, low=1)
    speakers: tuple[str, ...] = ()
    genders: Mapping[str, Literal["female", "male"]] = field(default_factory=dict)
    listed: tuple[ListedCase, ...] = ()


@dataclass(frozen=True)
class MeasuresSpec(Limited):
    """What is measured: ``all`` on every case, ``some`` on the first `some_cases` cases as well."""

    all: tuple[str, ...] = ("pitch", "cross_band")
    some: tuple[str, ...] = ("words", "dnsmos", "speaker")
    some_cases: int = limited(30, low=0)


@dataclass(frozen=True)
class ConditionSpec(Limited):
    """A condition of the file: which one it is, and what it changes.

    Parameters
    ----------
    base : name of a condition of the program; None: the name it has in the file
    set : dotted settings over those of the experiment
    dose : name of a series to the number that this condition stands for in it
    cases : how many of the cases it speaks, from the first; None: all
    """

    base: str | None = None
    set: Mapping[str, Setting] = field(default_factory=dict)
    dose: Mapping[str, float] = field(default_factory=dict)
    cases: int | None = limited(None, low=1)


@dataclass(frozen=True)
class ExperimentSpec:
    """A whole file.

    Parameters
    ----------
    runs : folder for what is made and measured
    docs : folder for the report
    conditions : by name
    cases : see `CasesSpec`
    corpus : folder with metadata.csv; needed unless cases are listed
    base : dotted settings of every condition
    checkpoint, device : as in `SynthSettings`
    batch : int, cases of a condition that run through the sampler together
    measures : see `MeasuresSpec`
    title : of the report
    """

    runs: Path
    docs: Path
    conditions: Mapping[str, ConditionSpec]
    cases: CasesSpec = field(default_factory=CasesSpec)
    corpus: Path | None = None
    base: Mapping[str, Setting] = field(default_factory=dict)
    checkpoint: str = "default"
    device: str = "auto"
    batch: int = limited(8, low=1, high=64)
    measures: MeasuresSpec = field(default_factory=MeasuresSpec)
    title: str = "Experiment"

    def __post_init__(self) -> None:
        """Check every value.

        Raises
        ------
        InterpError
            Naming what is not allowed.
        """
        require_limits(self)
        if not self.conditions:
            raise InterpError("conditions: holds none; give at least one")
        if self.corpus is None and not self.cases.listed:
            raise InterpError("corpus: is not given; add --set corpus=FOLDER, or list the cases")


def read_experiment(path: Path, assignments: Sequence[str] = ()) -> ExperimentSpec:
    """Read a file, with ``key=value`` assignments over it.

    Raises
    ------
    InterpError
        When it cannot be read, or naming every key and value that will not do.
    """
    return resolve(ExperimentSpec, path, assignments)
