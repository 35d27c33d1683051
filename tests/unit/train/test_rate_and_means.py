"""The learning rate over a run, and means of figures that may be missing."""

import math

import pytest
import torch

from interp.settings.resolve import resolve
from interp.train.estimator import Seen
from interp.train.loss import Losses
from interp.train.schedule import BySteps, ByTime
from interp.train.settings import EstimatorTraining, TrainSettings
from masks.errors import InterpError


def rates(**settings):
    chosen = EstimatorTraining(n_steps=10, learning_rate=1.0, **settings)
    schedule = BySteps(chosen, 1, 10)
    return [schedule.rate(step) for step in schedule.steps()]


@pytest.fixture
def clock(monkeypatch):
    """A time that passes when it is told to."""
    now = [100.0]
    monkeypatch.setattr("interp.train.schedule.time.monotonic", lambda: now[0])
    return now


def by_time(clock, first=1, last=None, **settings):
    """Rates of a run that has 10 seconds, and whose steps take one each."""
    schedule = ByTime(EstimatorTraining(n_steps=3, learning_rate=1.0, **settings), first, last, end=110.0)
    found = {}
    for step in schedule.steps():
        found[step] = schedule.rate(step)
        clock[0] += 1.0
    return found


def test_by_time_the_rate_falls_to_the_end_of_the_time(clock):
    found = by_time(clock, warmup_steps=2, decay_share=0.4)
    assert list(found) == list(range(1, 11))
    assert list(found.values()) == pytest.approx([0.5] + [1.0] * 6 + [0.8536, 0.5, 0.1464], abs=1e-4)


def test_a_slow_machine_does_fewer_steps_of_the_same_plan(clock):
    schedule = ByTime(
        EstimatorTraining(learning_rate=1.0, warmup_steps=0, decay_share=0.5), 1, None, end=110.0
    )
    assert schedule.rate(1) == 1.0
    clock[0] = 107.5
    assert schedule.rate(2) == pytest.approx(0.5)
    clock[0] = 111.0
    assert schedule.rate(3) == pytest.approx(1e-3)
    assert list(schedule.steps()) == []


def test_a_session_that_goes_on_warms_up_again_and_may_stop_earlier(clock):
    found = by_time(clock, first=501, last=504, warmup_steps=4, decay_share=0.0)
    assert found == {501: 0.25, 502: 0.5, 503: 0.75, 504: 1.0}


def test_the_rate_rises_stays_and_falls():
    found = rates(warmup_steps=4, decay_share=0.4)
    assert found[:6] == [0.25, 0.5, 0.75, 1, 1, 1]
    assert found[6:] == pytest.approx([0.8536, 0.5, 0.1464, 0.001], abs=1e-4)


def test_without_a_warm_up_the_rate_is_full_at_once():
    assert rates(warmup_steps=0, decay_share=0.0)[:9] == [1] * 9


def losses_of(score, pitch, t, counts):
    pitch = torch.tensor(pitch)
    return Losses(torch.tensor(score), pitch, 2 * pitch, torch.tensor(counts), torch.tensor(t))


def test_figures_are_means_of_what_counts_and_of_late_times():
    seen = Seen()
    seen.add(losses_of([1.0, 3.0], [0.5, 0.7], [0.2, 0.9], [True, True]))
    assert seen.means() == pytest.approx(
        {"score": 2.0, "pitch": 0.6, "rest": 1.2, "pitch_late": 0.5, "rest_late": 1.0}
    )


def test_means_leave_out_what_is_missing():
    seen = Seen()
    seen.add(losses_of([1.0], [0.5], [0.9], [True]))
    seen.add(losses_of([3.0], [0.7], [0.1], [False]))
    found = seen.means()
    assert (found["score"], found["pitch"]) == (2.0, 0.5)
    assert math.isnan(found["pitch_late"])
    seen.add(losses_of([5.0], [0.1], [0.1], [True]))
    assert seen.means()["score"] == 5.0


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
