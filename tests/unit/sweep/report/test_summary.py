"""Means, intervals and differences from the control, against what can be computed by hand."""

import numpy as np
import pytest
from sweep_fakes import plan_of, speak

from interp.backends.in_process import InProcess
from interp.reports.intervals import mean_interval
from interp.sweep.estimate import cost_of, in_words, seconds_left
from interp.sweep.ledger import open_ledger
from interp.sweep.progress import best_row, words_of
from interp.sweep.report.summary import axis_values, by_unit, effects, having, settings_in
from interp.sweep.run import run_sweep
from interp.sweep.spec import BestBy

FIGURE = "pitch.ref1.semitones"


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sweep")
    run_sweep(plan_of(folder), folder, lambda: InProcess(speak))
    with open_ledger(folder) as ledger:
        return ledger.rows()


@pytest.fixture(scope="module")
def settings(rows):
    return settings_in(rows)


def test_the_interval_of_a_mean_is_that_of_its_normal_distribution():
    values = np.random.default_rng(1).normal(3, 2, 400)
    found, error = mean_interval(list(values)), values.std() / 20
    assert found.mean == pytest.approx(values.mean())
    assert found.low == pytest.approx(values.mean() - 1.96 * error, abs=0.15 * error)
    assert found.high == pytest.approx(values.mean() + 1.96 * error, abs=0.15 * error)
    assert mean_interval(list(values), 0.5).high < found.high


def test_an_interval_needs_two_units():
    assert mean_interval([]) is None
    only = mean_interval([2.0])
    assert (only.mean, only.low, only.high, only.excludes_zero) == (2.0, None, None, False)


def test_points_are_taken_together_by_setting(settings):
    assert [len(s.rows) for s in settings] == [4] * 7
    assert [s.baseline for s in settings] == [True] + [False] * 6
    assert settings[1].axes == {"guidance.gamma": 0.5, "tau": [0.1, 0.2]}
    assert settings[1].mean(FIGURE).mean == pytest.approx(0.5 - 0.2 + 0.035)


def test_axes_are_those_that_take_several_values(settings):
    assert axis_values(settings) == {"guidance.gamma": [0.5, 1, 2], "tau": [[0.1, 0.2], [0.3, 0.6]]}


def test_a_value_of_one_axis_is_averaged_over_the_other(settings):
    found = by_unit(having(settings, {"guidance.gamma": 2}), FIGURE)
    assert sorted(found.values()) == pytest.approx([1.6, 1.6, 1.67, 1.67])


def test_differences_from_the_control_are_taken_within_units(settings):
    found = effects(settings, FIGURE)
    assert len(found) == 6
    # The seed's part cancels, so every unit differs alike and the interval has no width.
    first = found[0].interval
    assert (first.mean, first.low, first.high) == pytest.approx((0.3 - 4.0,) * 3)
    assert first.excludes_zero
    assert effects([s for s in settings if not s.baseline], FIGURE) == []


def test_a_figure_that_some_points_lack_counts_the_others(settings):
    assert settings[1].mean("pitch.median_hz").n == 2


def test_the_best_point_is_nearest_to_the_aim(rows):
    best = best_row(rows, BestBy(FIGURE, 1.0))
    assert best.figures[FIGURE] == pytest.approx(1 - 0.2 + 0.07)
    assert best_row(rows, BestBy(FIGURE, "high")).baseline
    assert best_row(rows, BestBy("none", "low")) is None
    assert words_of(rows, BestBy(FIGURE, "low"), 1) == [f"best {FIGURE} -0.1 at gamma 0.5, tau 0.3-0.6"]


def test_time_left_follows_what_was_measured(rows):
    from dataclasses import replace

    waiting = [replace(r, state="pending", seconds=None) for r in rows]
    half = rows[:14] + waiting[14:]
    costs = [r.cost for r in rows]
    assert seconds_left(half, 1) == pytest.approx(1.4 * sum(costs[14:]) / sum(costs[:14]))
    assert seconds_left(half, 2) == pytest.approx(seconds_left(half, 1) / 2)
    assert seconds_left(waiting, 1) > 0 == seconds_left(rows, 1)


def test_tuning_costs_more_than_none(tmp_path):
    points = plan_of(tmp_path).points
    plain, short, long = (cost_of(points[i].settings, "He left.") for i in (0, 4, -1))
    assert plain < short < long
    assert [in_words(s) for s in (45, 720, 12600)] == ["45 s", "12 min", "3.5 h"]
