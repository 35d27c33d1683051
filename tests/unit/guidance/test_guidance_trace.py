"""The sum of a trace."""

from __future__ import annotations

import pytest

from guidance.trace import summarise


def test_summary_of_one_sample_of_a_batch(bench):
    toy = bench.toy((1, 2), (8, 6))
    tuner, rows = bench.tuner(toy, epochs=3)
    tuner(toy.state())
    mine = [row for row in rows if row.sample == 1]
    found = summarise(rows, sample=1)
    assert (found.iterations, found.accepted) == (3, 3)
    assert (found.loss_first, found.loss_last) == (mine[0].loss_before, mine[-1].loss_after)
    assert found.displacement_share == pytest.approx(0.1)
    assert found.displacement_sigma == pytest.approx(sum(row.displacement_sigma for row in mine) / 3)


def test_summary_of_nothing():
    found = summarise([])
    assert (found.iterations, found.accepted, found.loss_first, found.displacement_sigma) == (0, 0, None, 0.0)
