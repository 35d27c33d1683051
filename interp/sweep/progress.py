"""The bar of a running sweep: points done, time left, failures, best point so far."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Any

from interp.sweep.estimate import in_words, seconds_left
from interp.sweep.ledger import Ledger, Row
from interp.sweep.point import Outcome, Speakers
from interp.sweep.spec import BestBy

FORMAT = "{desc} {percentage:3.0f}% |{bar:20}| {n_fmt}/{total_fmt}{postfix}"


class Progress:
    """A bar on stderr, told by `interp.sweep.run.run_sweep`."""

    def __init__(self, name: str, best: BestBy, quiet: bool = False) -> None:
        self._name, self._best, self._quiet = name, best, quiet
        self._bar: Any = None
        self._workers = 1

    def __enter__(self) -> Progress:
        """The bar appears with `start`."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the bar as it stands."""
        if self._bar is not None:
            self._bar.close()

    def start(self, ledger: Ledger, backend: Speakers) -> None:
        """Show what an earlier run left, and how long the rest will take."""
        from tqdm import tqdm

        counts = ledger.counts()
        self._workers = backend.workers
        self._bar = tqdm(
            total=sum(counts.values()),
            initial=counts["done"] + counts["failed"],
            desc=self._name,
            bar_format=FORMAT,
            disable=self._quiet,
        )
        self._tell(ledger)

    def update(self, ledger: Ledger, outcomes: list[Outcome]) -> None:
        """A batch was recorded."""
        self._bar.update(len(outcomes))
        self._tell(ledger)

    def _tell(self, ledger: Ledger) -> None:
        if self._quiet:
            return
        rows = ledger.rows()
        self._bar.set_postfix_str(", ".join(words_of(rows, self._best, self._workers)))


def words_of(rows: list[Row], best: BestBy, workers: int) -> list[str]:
    """Time left, failures and best point, as far as there are any."""
    left = seconds_left(rows, workers)
    n_failed = sum(row.state == "failed" for row in rows)
    leader = best_row(rows, best)
    return [
        *([f"{in_words(left)} left"] if left else []),
        *([f"{n_failed} failed"] if n_failed else []),
        *(
            [f"best {best.figure} {leader.figures[best.figure]:.3g} at {axes_in_words(leader.axes)}"]
            if leader
            else []
        ),
    ]


def best_row(rows: list[Row], best: BestBy) -> Row | None:
    """The best point; None when no point has the figure."""
    values = {row.number: row.figures.get(best.figure) for row in rows if row.state == "done"}
    costs = {number: best.cost(value) for number, value in values.items() if value is not None}
    return next((row for row in rows if costs and row.number == min(costs, key=costs.__getitem__)), None)


def axes_in_words(axes: Mapping[str, Any]) -> str:
    """What was varied: ``gamma 2, tau 0.3-0.6``."""
    return (
        ", ".join(f"{key.rsplit('.', 1)[-1]} {value_in_words(value)}" for key, value in axes.items())
        or "base"
    )


def value_in_words(value: Any) -> str:
    """A value of an axis; a pair with a dash."""
    if isinstance(value, list | tuple):
        return "-".join(map(value_in_words, value))
    return f"{value:g}" if isinstance(value, float) else str(value)
