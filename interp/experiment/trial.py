"""One case of an experiment: a sentence, two references and a seed, the same for every condition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from interp.system.digest import sha256_of


@dataclass(frozen=True)
class Trial:
    """A case.

    Parameters
    ----------
    name : unique in the experiment, also the name of its files
    pair : int, number of the sentence and references; cases of one pair differ in their seed
    text : what to say
    ref1, ref2 : recordings
    seed : of the noise
    same_gender : whether both references are of one gender, as known or measured; None: unknown
    ref1_text, ref2_text : what they say, where it is known
    """

    name: str
    pair: int
    text: str
    ref1: Path
    ref2: Path
    seed: int
    same_gender: bool | None = None
    ref1_text: str | None = None
    ref2_text: str | None = None

    @property
    def refs(self) -> tuple[Path, Path]:
        """Both recordings."""
        return self.ref1, self.ref2

    @property
    def identity(self) -> dict[str, Any]:
        """What decides the results; not where the files lie."""
        return {"text": self.text, "seed": self.seed, "refs": [_sha256(path) for path in self.refs]}

    def as_dict(self, root: Path | None) -> dict[str, Any]:
        """Plain values, paths relative to `root` where one is given."""
        paths = {k: str(p if root is None else p.relative_to(root)) for k, p in self._paths.items()}
        return {**asdict(self), **paths}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any], root: Path | None) -> Trial:
        """Inverse of `as_dict`."""
        trial = cls(**values)
        paths = {key: Path(path) if root is None else root / path for key, path in trial._paths.items()}
        return replace(trial, **paths)  # type: ignore[arg-type]

    @property
    def _paths(self) -> dict[str, Path]:
        return {"ref1": self.ref1, "ref2": self.ref2}


_sha256 = lru_cache(maxsize=4096)(sha256_of)
