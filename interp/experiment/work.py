"""Units of work, wherever a place is, with a bar."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from tqdm import tqdm

from interp.backends.place import Place
from interp.backends.run import results_of

Unit = TypeVar("Unit")


def work_through(
    groups: Sequence[Sequence[Unit]], function: Callable[[Unit], None], place: Place, description: str
) -> None:
    """Call a function of a module with every unit; the first error ends it.

    Parameters
    ----------
    groups : units of about equal length; a group stays in one process, in order, for what one unit leaves in
        memory may serve the next
    """
    bar = tqdm(total=sum(map(len, groups)), desc=description, unit="batch", disable=None, delay=1.0)
    with bar:
        for group, _ in results_of(_Each(function), groups, place):
            bar.update(len(group))


@dataclass(frozen=True)
class _Each(Generic[Unit]):
    """A function of a unit, for a group of them."""

    function: Callable[[Unit], None]

    def __call__(self, group: Sequence[Unit]) -> None:
        for unit in group:
            self.function(unit)
