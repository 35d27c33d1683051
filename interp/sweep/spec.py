"""What a sweep's YAML file says, read strictly: its settings, sentences, seeds and references."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal

from interp.settings.resolve import settings_from
from interp.settings.strict_yaml import read_yaml
from interp.settings.synth import LARGEST_SEED
from interp.system.nearest import did_you_mean
from interp.system.shipped import data_path
from masks.errors import InterpError
from masks.limits import limited, require_limits

DEMO_REFERENCES = ("resources/demo_ref1.wav", "resources/demo_ref2.wav")
COMBINED = ("base", "baseline", "grid", "list", "sample")
Pair = tuple[Path, Path]


@dataclass(frozen=True)
class BestBy:
    """What is best: the figure's lowest value, its highest, or the nearest to a number."""

    figure: str = "pitch.ref1.semitones"
    aim: Literal["low", "high"] | float = 0.0

    def cost(self, value: float) -> float:
        """Less is better."""
        if isinstance(self.aim, str):
            return value if self.aim == "low" else -value
        return abs(value - self.aim)


@dataclass(frozen=True)
class PlainPart:
    """The part of a sweep's file that needs no combining.

    Parameters
    ----------
    sentences : each is spoken at every combination
    seeds : int each, 0 or more; each of them too
    references : pairs of sound files, relative to the YAML file; none for the demo voices
    keep_audio : keep a small OGG file of every point
    batch : int, points of equal settings that are decoded together, 1 to 64
    measures : of `interp eval`, by name or group
    best : what the progress bar and the report call best by
    """

    sentences: tuple[str, ...]
    seeds: tuple[int, ...] = (0,)
    references: tuple[tuple[Path, Path], ...] = ()
    keep_audio: bool = False
    batch: int = limited(8, low=1, high=64)
    measures: tuple[str, ...] = ("pitch",)
    best: BestBy = field(default_factory=BestBy)

    def __post_init__(self) -> None:
        """Check every value.

        Raises
        ------
        InterpError
            Naming all that is not allowed.
        """
        require_limits(self)
        said = ["sentences: holds none; give at least one"] * (not self.sentences)
        said += ["seeds: holds none; give at least one"] * (not self.seeds)
        said += [f"seeds: {s} is not allowed, it must be 0 to 2^63 - 1" for s in self.seeds if not _fits(s)]
        if said:
            raise InterpError("; ".join(said))


@dataclass(frozen=True)
class SweepSpec:
    """A whole file.

    Parameters
    ----------
    path : the file
    plain : sentences, seeds, references
    base : settings of every point where nothing else is said, nested as in a file for ``interp synth``
    baseline : dotted settings of the control that every other combination is compared with, or None
    grid : dotted key to its values; all are crossed
    listed : combinations, each a mapping of dotted keys
    sample : ``count``, ``seed`` and ``axes`` of a random sample, or None
    """

    path: Path
    plain: PlainPart
    base: Mapping[str, Any]
    baseline: Mapping[str, Any] | None
    grid: Mapping[str, Any]
    listed: tuple[Any, ...]
    sample: Mapping[str, Any] | None

    @property
    def name(self) -> str:
        """Name of the sweep: that of its file."""
        return self.path.stem

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """Pairs of references; the demo voices where none are named."""
        demo = tuple(data_path(name) for name in DEMO_REFERENCES)
        folder = self.path.parent
        return tuple((folder / a, folder / b) for a, b in self.plain.references) or ((demo[0], demo[1]),)


def read_spec(path: str | Path) -> SweepSpec:
    """Read a sweep's file; its combinations are checked by `interp.sweep.planning.make_plan`.

    Raises
    ------
    InterpError
        When it cannot be read, or a key or value of its top level will not do.
    """
    raw = read_yaml(path)
    plain_names = [f.name for f in fields(PlainPart)]
    _refuse_unknown(raw, [*plain_names, *COMBINED], path)
    plain = settings_from(PlainPart, {k: v for k, v in raw.items() if k in plain_names}, str(path))
    listed = raw.get("list") or []
    if not isinstance(listed, list):
        raise InterpError(f"{path}: list: {listed!r} is not a list; write lines `- guidance.gamma: 2`")
    return SweepSpec(
        Path(path),
        plain,
        _group(raw, "base", path) or {},
        _group(raw, "baseline", path),
        _group(raw, "grid", path) or {},
        tuple(listed),
        _group(raw, "sample", path),
    )


def _fits(seed: int) -> bool:
    return 0 <= seed <= LARGEST_SEED


def _group(raw: Mapping[str, Any], key: str, path: str | Path) -> Mapping[str, Any] | None:
    value = raw.get(key)
    if value is not None and not isinstance(value, Mapping):
        raise InterpError(f"{path}: {key}: {value!r} is not a group of settings; write `name: value` lines")
    return value


def _refuse_unknown(raw: Mapping[str, Any], known: list[str], path: str | Path) -> None:
    said = []
    for key in (str(k) for k in raw if k not in known):
        said.append(f"{key}: unknown key, {did_you_mean(key, known) or f'allowed: {known}'}")
    if said:
        raise InterpError(f"{path}: {'; '.join(said)}; settings of the synthesis belong under base or grid")
