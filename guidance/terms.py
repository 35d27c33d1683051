"""An objective as a table: what queries should attend, window by window, and when the windows end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from guidance.settings import GuidanceSettings, Sums
from guidance.windows import Windows
from masks.limits import limited, require_limits


@dataclass(frozen=True)
class Term:
    """What one kind of query should attend.

    Parameters
    ----------
    queries : name of a set of queries
    groups : names of the key groups whose mass is summed; ``ref1`` means all of ``ref1.*``
    against : groups of the same kind to weigh them against: the mass is then relative, m/s over the sum of
        both m/s, s the groups' shares among their reference's keys: indifference is 0.5; ``null`` among
        them is the third answer, neither. Empty: as it is
    want : ``more`` of that mass, or ``less``
    coefficient : weight of the term, 0 or more; ``gamma`` in terms about the rest
    average : ``mass`` averages masses over queries, then takes the log, layer by layer; ``log`` averages
        masses over the layers of one grid, then logs over queries: a query gone astray counts in full

    Raises
    ------
    InterpError
        for a value that is not allowed
    """

    queries: str
    groups: tuple[str, ...]
    against: tuple[str, ...] = ()
    want: Literal["more", "less"] = "more"
    coefficient: float | Literal["gamma"] = limited(1.0, low=0.0)
    average: Literal["mass", "log"] = "mass"

    def __post_init__(self) -> None:
        """Check every value."""
        require_limits(self, ["groups: none; name some, such as [ref1.pitch]"] * (not self.groups))


@dataclass(frozen=True)
class Objective:
    """A table of ``configs/objectives``.

    Parameters
    ----------
    name : of its file
    sums : whether terms add up as logs or as plain masses
    every_window, window_1, window_2 : terms of both windows, and of one
    windows : ends of the windows, in progress, where the settings name none

    Raises
    ------
    InterpError
        for a value that is not allowed, or a table without terms
    """

    name: str
    sums: Sums
    every_window: tuple[Term, ...] = ()
    window_1: tuple[Term, ...] = ()
    window_2: tuple[Term, ...] = ()
    windows: tuple[float, float] = (0.1, 0.2)

    def __post_init__(self) -> None:
        """Check the table as a whole."""
        empty = not self.terms(1) + self.terms(2)
        require_limits(self, ["no terms; list some under every_window, window_1 or window_2"] * empty)
        Windows(*self.windows)

    def terms(self, window: int) -> tuple[Term, ...]:
        """Terms of window 1 or 2."""
        return self.every_window + (self.window_1 if window == 1 else self.window_2)

    @property
    def last_terms(self) -> tuple[Term, ...]:
        """Terms of the last window that has any: those that tell how far an objective was reached."""
        return self.terms(2) or self.terms(1)

    def windows_for(self, settings: GuidanceSettings) -> Windows:
        """The windows as the settings end them; an end that they leave open is this objective's own."""
        asked = (settings.t_tal1, settings.t_tal2)
        return Windows(*(own if end is None else end for end, own in zip(asked, self.windows, strict=True)))
