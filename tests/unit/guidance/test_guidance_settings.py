"""Settings and windows of the guidance: what is allowed, and what is said otherwise."""

from __future__ import annotations

import pytest

from guidance.settings import GuidanceSettings, check_compatible
from guidance.terms import Objective, Term
from guidance.windows import Windows, window_warnings
from masks.errors import InterpError


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"gamma": -1.0}, "gamma: -1 is not allowed, it must be 0 to 1000000"),
        ({"gamma": float("nan")}, "gamma: nan"),
        ({"step_share": 1.5}, "step_share: 1.5 is not allowed, it must be 0 to 1"),
        ({"epochs": 0}, "epochs: 0 is not allowed, it must be 1 to 1000"),
        ({"max_halvings": -1}, "max_halvings: -1"),
        ({"t_tal2": 1.5}, "t_tal2: 1.5 is not allowed, it must be 0 to 1"),
        ({"t_tal1": float("nan")}, "t_tal1: nan"),
        ({"scope": "steps"}, "scope: 'steps' is not one of step, initial"),
        ({"sums": "logs"}, "sums: 'logs' is not one of log, linear"),
        ({"layers": "first-half"}, "layers: 'first-half'"),
        ({"layers": ()}, r"layers: \(\)"),
        ({"layers": (1, 1)}, r"layers: \(1, 1\)"),
        ({"layers": (-1,)}, r"layers: \(-1,\)"),
        ({"lookahead": 2}, "lookahead: 2 with scope 'step'"),
    ],
)
def test_values_out_of_range_are_refused(settings, said):
    with pytest.raises(InterpError, match=said):
        GuidanceSettings(**settings)


def test_all_mistakes_come_at_once():
    with pytest.raises(InterpError, match=r"scope: 'x'.*gamma: -1.*t_tal1: 9.*epochs: 0.*lookahead: 2"):
        GuidanceSettings(gamma=-1, epochs=0, scope="x", t_tal1=9.0, lookahead=2)


def test_edges_of_the_ranges_are_allowed():
    assert GuidanceSettings(
        gamma=0, step_share=0, t_tal1=0, t_tal2=0, max_halvings=0, layers=(0,)
    ).layers == (0,)
    assert GuidanceSettings(scope="initial", lookahead=3, t_tal1=1, t_tal2=1).lookahead == 3


def test_hard_masking_and_tuning_exclude_each_other():
    with pytest.raises(InterpError, match=r"attend: 'masked'.*--no-guidance"):
        check_compatible(GuidanceSettings(), "masked")
    check_compatible(GuidanceSettings(), "weighted")
    check_compatible(GuidanceSettings(), "joint")
    check_compatible(GuidanceSettings(enabled=False), "masked")


def test_a_progress_falls_into_one_window():
    windows = Windows(0.3, 0.6)
    assert [windows.at(p) for p in (0.0, 0.29, 0.3, 0.59, 0.6, 1.0)] == [1, 1, 2, 2, None, None]
    # 1 - 0.7 is 0.30000000000000004, and 1 - 0.7 in float32 is 0.3 - 1.2e-8.
    assert windows.at(1 - 0.7) == 2
    assert windows.at(0.2999999881) == 2


def test_ends_in_the_wrong_order_are_refused():
    with pytest.raises(InterpError, match=r"t_tal1 0.6 is after t_tal2 0.3; allowed: 0 <= t_tal1"):
        Windows(0.6, 0.3)
    with pytest.raises(InterpError, match=r"0.5 and t_tal2 1.5 are progress"):
        Windows(0.5, 1.5)


def test_an_end_that_is_not_set_is_the_objective_s_own():
    objective = Objective("mine", "log", (Term("all", ("ref1",)),), windows=(0.2, 0.45))
    assert objective.windows_for(GuidanceSettings()) == Windows(0.2, 0.45)
    assert objective.windows_for(GuidanceSettings(t_tal2=0.3)) == Windows(0.2, 0.3)
    assert objective.windows_for(GuidanceSettings(t_tal1=0.0)) == Windows(0.0, 0.45)


def test_empty_windows():
    assert Windows(0.0, 0.0).at(0.0) is None
    assert Windows(0.0, 0.4).at(0.0) == 2
    assert Windows(0.4, 0.4).at(0.4) is None


def test_window_without_a_step_is_warned_about():
    (said,) = window_warnings(Windows(0.3, 0.35), [0.05, 0.25, 0.45])
    assert said.startswith("window 2 of the guidance, progress 0.3 to 0.35, holds none of the 3 steps")
    assert window_warnings(Windows(0.3, 0.6), [0.0, 0.4]) == ()
    assert window_warnings(Windows(0.3, 0.3), [0.0, 0.4]) == (), "an empty window is a choice"
