"""What tuned noise is meant to reach over its controls, and what it reached."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from interp.experiment.report.rows import Rows, values
from interp.experiment.report.statistics import paired, summary

GUIDED, UNGUIDED = "guided", "unguided"
BOTH_PARTS = "switch.both_nearer"
# Figure, name, most that the upper end of the loss may be, and the sign that makes the difference a loss.
LOSSES = (
    ("speaker.ref2.equalised", "speaker similarity to ref 2, loss", 0.02, -1),
    ("words.wer", "WER, loss", 0.02, 1),
    ("dnsmos.overall", "DNSMOS, loss", 0.05, -1),
)
UNDECIDED = (0.4, 0.6)


@dataclass(frozen=True)
class Target:
    """One line: what, what was found, what is wanted, and whether it is met; None: cannot be said."""

    what: str
    found: str
    wanted: str
    met: bool | None


def targets(rows: Rows) -> tuple[Target, ...]:
    """Targets that can be judged from the conditions and measures that are there; none without `guided`."""
    if GUIDED not in rows:
        return ()
    found = _of_parts(rows) if values(rows, GUIDED, BOTH_PARTS) else _of_whole(rows)
    return tuple(target for target in found if target is not None)


def _of_whole(rows: Rows) -> list[Target | None]:
    return [
        _share(rows, GUIDED, "pitch.nearer_ref1", "F0 nearer to ref 1", 0.85),
        _share(rows, GUIDED, "pitch.within", "F0 within 1.5 semitones of ref 1", 0.70),
        _mirror(rows),
        *_masses(rows),
        *(_loss(rows, *line) for line in LOSSES),
        _better(rows, "pitch.ref1.away", "best_of_8", "st nearer to ref 1 than best of 8 by mass", -1),
        _better(rows, "speaker.ref2.equalised", "psola", "nearer to ref 2's speaker than PSOLA", 1),
        _better(rows, "pitch.ref1.away", "random_mask", "st nearer to ref 1 than a random mask", -1),
        _better(rows, "pitch.ref1.away", "random_displacement", "st nearer than a random displacement", -1),
    ]


def _of_parts(rows: Rows) -> list[Target | None]:
    """temp: each part at its own reference, the switch where it was asked for."""
    return [
        _share(rows, GUIDED, "switch.first.nearer", "first part nearer to ref 1 in F0", 0.90),
        _share(rows, GUIDED, "switch.second.nearer", "second part nearer to ref 2 in F0", 0.90),
        _switch(rows),
        *(_loss(rows, *line) for line in LOSSES),
        _better(rows, BOTH_PARTS, UNGUIDED, "both parts right, more than unguided", 1),
        _better(rows, BOTH_PARTS, "best_of_8", "both parts right, more than best of 8 by mass", 1),
    ]


def _switch(rows: Rows) -> Target | None:
    found = summary([abs(late) for late in values(rows, GUIDED, "switch.late_s").values()], "median")
    if found is None:
        return None
    text = f"{found.mean:.2f} s, median of {found.n}"
    return Target("distance of the switch from the split", text, "at most 0.1 s", found.mean <= 0.1)


def _share(rows: Rows, arm: str, figure: str, what: str, least: float) -> Target | None:
    found = summary(list(values(rows, arm, figure).values()), "mean")
    if found is None:
        return None
    return Target(what, f"{found.mean:.0%} of {found.n}", f"at least {least:.0%}", found.mean >= least)


def _mirror(rows: Rows) -> Target | None:
    """Swapped references: as much nearer to ref 2 as guided is to ref 1."""
    found = summary(list(values(rows, "swapped", "pitch.nearer_ref1").values()), "mean")
    if found is None:
        return None
    return Target("swapped: F0 nearer to ref 2", f"{1 - found.mean:.0%}", "at least 85%", found.mean <= 0.15)


def _masses(rows: Rows) -> list[Target]:
    """Cases whose untuned twin is undecided: mass after the last tuned step, and three steps later."""
    twin = values(rows, UNGUIDED, "mass.pitch")
    undecided = [case for case, mass in twin.items() if UNDECIDED[0] <= mass <= UNDECIDED[1]]
    found = []
    for figure, when, least in (
        ("mass.pitch", "at the last tuned step", 0.8),
        ("mass.pitch_later", "3 later", 0.75),
    ):
        mass = list(values(rows, GUIDED, figure, undecided).values())
        if mass:
            middle = float(np.median(mass))
            what = f"pitch mass {when}, twin at 0.4-0.6, median of {len(mass)}"
            found.append(Target(what, f"{middle:.2f}", f"at least {least:g}", middle >= least))
    return found


def _loss(rows: Rows, figure: str, what: str, most: float, worse: int) -> Target | None:
    """`worse` is 1 where more is worse, -1 where less is."""
    found = _compared(rows, figure, UNGUIDED, worse)
    if found is None:
        return None
    mean, _, bound = found
    text = f"{mean:+.3f}, upper bound {bound:+.3f}"
    return Target(f"{what} against unguided", text, f"upper bound at most {most:g}", bound <= most)


def _better(rows: Rows, figure: str, control: str, what: str, sign: int) -> Target | None:
    """`sign` is 1 where more is better, -1 where less is."""
    found = _compared(rows, figure, control, sign)
    if found is None:
        return None
    mean, low, high = found
    return Target(what, f"{mean:+.3f} ({low:+.3f} to {high:+.3f})", "above 0", low > 0)


def _compared(rows: Rows, figure: str, control: str, sign: int) -> tuple[float, float, float] | None:
    """Mean and interval of guided - control, times the sign; None for fewer than two cases."""
    found = paired(values(rows, GUIDED, figure), values(rows, control, figure))
    if found is None or found.interval.low is None or found.interval.high is None:
        return None
    low, high = sorted((sign * found.interval.low, sign * found.interval.high))
    return sign * found.interval.mean, low, high
