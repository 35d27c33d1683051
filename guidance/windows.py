"""When the noise is tuned: two windows of progress, ``[0, t_tal1)`` and ``[t_tal1, t_tal2)``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from masks.errors import InterpError

# Times reach us as float32 or as 1 - t; a step meant to lie on a window's edge belongs to the later window.
EDGE = 1e-6


@dataclass(frozen=True)
class Windows:
    """Ends of the two windows, in progress (1 - t); an end equal to the one before makes the window empty.

    Raises
    ------
    InterpError
        unless ``0 <= t_tal1 <= t_tal2 <= 1``
    """

    t_tal1: float
    t_tal2: float

    def __post_init__(self) -> None:
        """Check the order of the ends."""
        if self.t_tal1 > self.t_tal2:
            raise InterpError(
                f"guidance: t_tal1 {self.t_tal1} is after t_tal2 {self.t_tal2}; "
                "allowed: 0 <= t_tal1 <= t_tal2 <= 1; lower --t-tal1 or raise --t-tal2"
            )
        if not (self.t_tal1 >= 0 and self.t_tal2 <= 1):
            raise InterpError(
                f"guidance: t_tal1 {self.t_tal1} and t_tal2 {self.t_tal2} are progress; "
                "allowed: 0 <= t_tal1 <= t_tal2 <= 1; set --t-tal1 and --t-tal2 in that range"
            )

    @property
    def spans(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """Start and end of window 1 and of window 2."""
        return (0.0, self.t_tal1), (self.t_tal1, self.t_tal2)

    def at(self, progress: float) -> int | None:
        """The window (1 or 2) that holds `progress`, None outside both."""
        inside = progress + EDGE
        return 1 if inside < self.t_tal1 else 2 if inside < self.t_tal2 else None


def window_warnings(windows: Windows, progress: Sequence[float]) -> tuple[str, ...]:
    """A line for every window that is not empty and yet holds none of the sampler's steps.

    Parameters
    ----------
    progress : progress at which the sampler evaluates the estimator, one value a step
    """
    held = {windows.at(p) for p in progress}
    return tuple(
        f"window {number} of the guidance, progress {start:g} to {end:g}, holds none of the {len(progress)} "
        "steps: nothing is tuned there; use more --timesteps or a wider window"
        for number, (start, end) in enumerate(windows.spans, start=1)
        if end > start and number not in held
    )
