"""Every point of a sweep, checked whole before the first one runs."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from math import ceil
from pathlib import Path
from typing import Any

from interp.settings.dotted import settings_of
from interp.sweep.combinations import combinations
from interp.sweep.figures import require_figure, require_measures
from interp.sweep.inputs import check_inputs
from interp.sweep.plan import Plan
from interp.sweep.point import Point
from interp.sweep.spec import Pair, SweepSpec
from interp.system.digest import sha256_of
from interp.system.shipped import checkpoint_path
from masks.errors import InterpError

# These choose what is said by whom and not how; in a combination they replace the file's own lists.
OWN_AXES = ("sentence", "references", "seed")
SHOWN_MISTAKES = 8


def make_plan(spec: SweepSpec) -> Plan:
    """Points of a sweep.

    Raises
    ------
    InterpError
        Naming what is wrong with any combination, sentence, reference or checkpoint.
    """
    control = [] if spec.baseline is None else [(dict(spec.baseline), True)]
    chosen = [*control, *((c, False) for c in combinations(spec))]
    resolved = _checked([partial(_resolve, spec, c, b) for c, b in chosen], str(spec.path))
    _check_figures(spec)
    points = [point for points in resolved for point in points]
    check_inputs(points, str(spec.path))
    digests = _Digests()
    known = {p.key: p for p in (digests.added_to(p) for p in points)}
    return Plan(spec, tuple(_in_batches(list(known.values()), spec.plain.batch)))


def _check_figures(spec: SweepSpec) -> None:
    plain = spec.plain
    try:
        require_measures(plain.measures)
        require_figure(plain.best.figure, plain.measures)
    except InterpError as error:
        raise InterpError(f"{spec.path}: {error}") from error


def _checked(makers: Sequence[Callable[[], list[Point]]], where: str) -> list[list[Point]]:
    """What all makers make; the mistakes of all together, each once."""
    made: list[list[Point]] = []
    said: list[str] = []
    for make in makers:
        try:
            made.append(make())
        except InterpError as error:
            said.append(str(error).removeprefix(f"{where}: "))
    if said:
        mistakes = _distinct(said)
        more = f"; and {len(mistakes) - SHOWN_MISTAKES} more" if len(mistakes) > SHOWN_MISTAKES else ""
        raise InterpError(f"{where}: {'; '.join(mistakes[:SHOWN_MISTAKES])}{more}")
    return made


def _distinct(messages: Sequence[str]) -> list[str]:
    """Mistakes that are not part of others: a combination may repeat those of its single values."""
    kept: list[str] = []
    for message in sorted(dict.fromkeys(messages), key=len):
        rest = re.sub(r"^\d+ mistakes: ", "", message)
        for known in kept:
            rest = rest.replace(known, "")
        if rest.strip("; "):
            kept.append(rest.strip("; "))
    return kept


def _resolve(spec: SweepSpec, combination: Mapping[str, Any], baseline: bool) -> list[Point]:
    """Points of one combination: every pair, sentence and seed."""
    where = str(spec.path)
    chosen = {key: value for key, value in combination.items() if key not in OWN_AXES}
    settings = settings_of(spec.base, chosen, where)
    sentences, pairs, seeds = _spoken(spec, combination, where)
    seeded = [replace(settings, seed=seed) for seed in seeds]
    return [
        Point(0, dict(combination), baseline, own, text, *pair, "", ("", ""))
        for pair in pairs
        for text in sentences
        for own in seeded
    ]


def _spoken(
    spec: SweepSpec, combination: Mapping[str, Any], where: str
) -> tuple[Sequence[str], Sequence[Pair], Sequence[int]]:
    """Sentences, pairs and seeds: the file's own where a combination chooses none."""
    text, pair, seed = (combination.get(name) for name in OWN_AXES)
    if text is not None and not isinstance(text, str):
        raise InterpError(f"{where}: sentence: {text!r} is not text (write it in quotes)")
    if pair is not None and not (isinstance(pair, list) and [type(p) for p in pair] == [str, str]):
        raise InterpError(f"{where}: references: {pair!r} is not a pair of sound files; write [a.wav, b.wav]")
    if seed is not None and (not isinstance(seed, int) or isinstance(seed, bool)):
        raise InterpError(f"{where}: seed: {seed!r} is not a whole number")
    folder = spec.path.parent
    return (
        spec.plain.sentences if text is None else (text,),
        spec.pairs if pair is None else ((folder / pair[0], folder / pair[1]),),
        spec.plain.seeds if seed is None else (seed,),
    )


class _Digests:
    """Hashes of the files of a sweep, each read once."""

    def __init__(self) -> None:
        self._known: dict[Path, str] = {}

    def added_to(self, point: Point) -> Point:
        references = (self._of(point.ref1), self._of(point.ref2))
        checkpoint = self._of(checkpoint_path(point.settings.checkpoint))
        return replace(point, checkpoint_sha256=checkpoint, references_sha256=references)

    def _of(self, path: Path) -> str:
        if path not in self._known:
            self._known[path] = sha256_of(path)
        return self._known[path]


def _in_batches(points: Sequence[Point], size: int) -> list[Point]:
    """Points numbered, and joined into batches of like length where their settings are equal."""
    alike: dict[str, list[Point]] = {}
    for number, point in enumerate(points, start=1):
        alike.setdefault(point.shared_key, []).append(replace(point, number=number))
    batch_of: dict[int, int] = {}
    for group in alike.values():
        ordered = sorted(group, key=lambda p: (len(p.text), p.number))
        each = ceil(len(group) / ceil(len(group) / size))
        for i, point in enumerate(ordered):
            batch_of[point.number] = min(p.number for p in ordered[i - i % each : i - i % each + each])
    members = sorted((p for group in alike.values() for p in group), key=lambda p: p.number)
    return [replace(p, batch=batch_of[p.number]) for p in members]
