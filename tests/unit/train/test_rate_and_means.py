"""The learning rate over a run, and means of figures that may be missing."""

import math

import pytest

from interp.settings.resolve import resolve
from interp.train.estimator import mean_of
from interp.train.optimizer import rate_at
from interp.train.settings import TrainSettings
from masks.errors import InterpError


def rates(**settings):
    return [rate_at(step, 10, least=0.001, **settings) for step in range(1, 11)]


def test_the_rate_rises_stays_and_falls():
    found = rates(warmup_steps=4, decay_share=0.4)
    assert found[:6] == [0.25, 0.5, 0.75, 1, 1, 1]
    assert found[6:] == pytest.approx([0.8536, 0.5, 0.1464, 0.001], abs=1e-4)


def test_without_a_warm_up_the_rate_is_full_at_once():
    assert rates(warmup_steps=0, decay_share=0.0)[:9] == [1] * 9


def test_means_leave_out_what_is_missing():
    found = mean_of([{"a": 1.0, "b": math.nan, "c": math.nan}, {"a": 3.0, "b": 5.0, "c": math.nan}])
    assert (found["a"], found["b"]) == (2.0, 5.0)
    assert math.isnan(found["c"])


@pytest.mark.parametrize(
    ("assignment", "says"),
    [
        ("estimator.warmup_steps=-1", "warmup_steps: -1 is not allowed, it must be 0 or more"),
        ("estimator.batch_size=0", "batch_size: 0 is not allowed, it must be 1 or more"),
        ("estimator.save_every=0", "save_every: 0"),
        ("estimator.decay_share=2", "decay_share: 2"),
        ("estimator.precision=half", "precision: 'half' is not one of no, bf16"),
        ("estimator.shares.switched=0.9", "shares: factorised 0.4 and switched 0.9 add up to more than 1"),
        ("estimator.shares.single=-0.1", "single: -0.1"),
        ("text.batch_size=0", "batch_size: 0"),
        ("data.variants=-1", "variants: -1"),
    ],
)
def test_settings_that_cannot_train_are_refused(assignment, says):
    with pytest.raises(InterpError, match=says):
        resolve(TrainSettings, None, [assignment])
