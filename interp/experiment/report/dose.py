"""Dose and response: do mass and F0 rise with a setting, utterance by utterance, and F0 with the mass?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from interp.experiment.plan import Arm
from interp.experiment.report.rows import Rows, values
from interp.experiment.report.statistics import spearman, summary
from interp.reports.intervals import Interval

MONOTONE = 0.8
RESPONSES = (
    ("mass.pitch", "pitch mass on ref 1"),
    ("mass.rest", "rest mass on ref 2"),
    ("pitch.place", "place of F0"),
    ("switch.both_nearer", "both parts right"),
    ("speaker.ref2.equalised", "speaker to ref 2"),
)


@dataclass(frozen=True)
class Series:
    """Conditions that share a dose: ``doses`` rising, with the condition of each."""

    name: str
    doses: tuple[float, ...]
    arms: tuple[str, ...]


@dataclass(frozen=True)
class Response:
    """Spearman's rank correlation of one figure with the dose (or with another figure), per utterance.

    ``monotone`` is the share of utterances at 0.8 or more; an utterance whose figure does not move at all
    counts as not.
    """

    series: str
    of: str
    rho: Interval | None
    monotone: float
    n: int


def series_of(arms: Sequence[Arm]) -> tuple[Series, ...]:
    """Every series of two or more doses."""
    found: dict[str, list[tuple[float, str]]] = {}
    for arm in arms:
        for name, dose in arm.dose.items():
            found.setdefault(name, []).append((dose, arm.name))
    return tuple(
        Series(name, tuple(d for d, _ in sorted(points)), tuple(a for _, a in sorted(points)))
        for name, points in found.items()
        if len(points) > 1
    )


def responses(rows: Rows, series: Series) -> tuple[Response, ...]:
    """Every figure against the dose, and F0 against the mass."""
    found = [(label, _against_dose(rows, series, figure)) for figure, label in RESPONSES]
    found.append(("place of F0 with pitch mass", _chain(rows, series)))
    return tuple(_response(series.name, label, rhos) for label, rhos in found if rhos)


def _against_dose(rows: Rows, series: Series, figure: str) -> list[float | None]:
    tracks = _tracks(rows, series, figure)
    return [spearman(series.doses, track) for track in tracks.values()]


def _chain(rows: Rows, series: Series) -> list[float | None]:
    mass, place = (_tracks(rows, series, figure) for figure in ("mass.pitch", "pitch.place"))
    return [spearman(mass[case], place[case]) for case in mass if case in place]


def _tracks(rows: Rows, series: Series, figure: str) -> Mapping[str, list[float]]:
    """Figure by dose, for the cases that have it at every dose."""
    columns = [values(rows, arm, figure) for arm in series.arms]
    cases = [case for case in columns[0] if all(case in column for column in columns)]
    return {case: [column[case] for column in columns] for case in cases}


def _response(name: str, of: str, rhos: Sequence[float | None]) -> Response:
    known = [rho for rho in rhos if rho is not None]
    monotone = sum(rho >= MONOTONE for rho in known) / len(rhos)
    return Response(name, of, summary(known, "mean"), monotone, len(rhos))
