"""Settings and windows of the guidance: what is allowed, and what is said otherwise."""

from __future__ import annotations

import pytest

from guidance.settings import GuidanceSettings, check_compatible
from guidance.windows import Windows, window_warnings
from masks.errors import InterpError


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"gamma": -1.0}, "gamma is -1.0, allowed: 0 to"),
        ({"gamma": float("nan")}, "gamma is nan"),
        ({"step_share": 1.5}, "step_share is 1.5, allowed: 0 to 1"),
        ({"epochs": 0}, "epochs is 0, allowed: 1"),
        ({"max_halvings": -1}, "max_halvings is -1"),
        ({"t_tal1": 0.6, "t_tal2": 0.3}, "t_tal1 0.6 is after t_tal2 0.3"),
        ({"t_tal2": 1.5}, "t_tal2 1.5 are progress; allowed: 0 <= t_tal1 <= t_tal2 <= 1"),
        ({"t_tal1": float("nan")}, "t_tal1 nan"),
        ({"scope": "steps"}, "scope is 'steps', allowed: step, initial"),
        ({"sums": "logs"}, "sums is 'logs'"),
        ({"layers": "first-half"}, "layers is 'first-half'"),
        ({"layers": ()}, r"layers is \(\)"),
        ({"layers": (1, 1)}, r"layers is \(1, 1\)"),
        ({"layers": (-1,)}, r"layers is \(-1,\)"),
        ({"lookahead": 2}, "lookahead is 2 with scope 'step'"),
    ],
)
def test_values_out_of_range_are_refused(settings, said):
    with pytest.raises(InterpError, match=said):
        GuidanceSettings(**settings)


def test_all_mistakes_come_at_once():
    with pytest.raises(InterpError, match=r"gamma is -1.*epochs is 0.*scope is 'x'.*t_tal1 0.9"):
        GuidanceSettings(gamma=-1, epochs=0, scope="x", t_tal1=0.9)


def test_edges_of_the_ranges_are_allowed():
    assert GuidanceSettings(
        gamma=0, step_share=0, t_tal1=0, t_tal2=0, max_halvings=0, layers=(0,)
    ).layers == (0,)
    assert GuidanceSettings(scope="initial", lookahead=3, t_tal1=1, t_tal2=1).windows.at(0.999) == 1


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


def test_empty_windows():
    assert Windows(0.0, 0.0).at(0.0) is None
    assert Windows(0.0, 0.4).at(0.0) == 2
    assert Windows(0.4, 0.4).at(0.4) is None


def test_window_without_a_step_is_warned_about():
    (said,) = window_warnings(Windows(0.3, 0.35), [0.05, 0.25, 0.45])
    assert said.startswith("window 2 of the guidance, progress 0.3 to 0.35, holds none of the 3 steps")
    assert window_warnings(Windows(0.3, 0.6), [0.0, 0.4]) == ()
    assert window_warnings(Windows(0.3, 0.3), [0.0, 0.4]) == (), "an empty window is a choice"
