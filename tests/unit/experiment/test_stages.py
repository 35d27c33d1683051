"""What is kept, taken up again and refused: the runs folder and the stages on it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from interp.evaluation import measures
from interp.experiment import synthesise as stage
from interp.experiment.made import Cost, Made, Masses, Take
from interp.experiment.measure import measure_all
from interp.experiment.plan import Arm
from interp.experiment.spec import MeasuresSpec
from interp.experiment.store import Store
from interp.settings.synth import SynthSettings
from masks.errors import InterpError

ARMS = tuple(Arm(name, name, SynthSettings(), {}) for name in ("guided", "unguided"))


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path)


def made(n_evaluations=3, split_s=None):
    """A hum of a second with masses that tell their place."""
    grid = np.arange(4.0 * n_evaluations).reshape(n_evaluations, 4)
    masses = Masses(np.linspace(1, 0.1, n_evaluations), grid, grid + 1, grid[:, 0])
    t = np.arange(22050) / 22050
    wav = 0.1 * sum(np.sin(2 * np.pi * h * 150 * t) / h for h in range(1, 9)).astype(np.float32)
    return Made(wav, Take(np.full((80, 86), -3.0), masses, Cost(3.0, 2.0, 0.5)), split_s)


def test_what_is_kept_comes_back(store):
    assert not store.is_made("guided", "0001")
    store.keep("guided", "0001", made(split_s=0.5), 22050)
    masses, cost, split_s = store.details("guided", "0001")
    assert store.is_made("guided", "0001")
    assert (cost, split_s) == (Cost(3.0, 2.0, 0.5), 0.5)
    assert np.array_equal(masses.relative, made().take.masses.relative)
    without = replace(made(), take=replace(made().take, masses=None))
    store.keep("psola", "0001", without, 22050)
    assert store.details("psola", "0001")[0] is None
    assert store.details("psola", "0001")[2] is None


def test_a_failure_is_noted_until_the_case_is_made(store):
    store.keep_failure("guided", "0001", "no voice")
    assert store.failure("guided", "0001") == "no voice"
    assert not store.is_made("guided", "0001")
    store.keep("guided", "0001", made(), 22050)
    assert store.failure("guided", "0001") is None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"checkpoint": "1" * 64}, "checkpoint"),
        ({"steps": 7}, "condition guided: n_timesteps was 12 and is 7"),
        ({"gamma": 2.0}, r"condition guided: guidance\.gamma was 1\.0 and is 2\.0"),
        ({"seed": 4}, "case 0001: seed was 3 and is 4"),
        ({"sound": True}, "case 0001: refs"),
    ],
)
def test_other_results_are_not_mixed_in(store, trials, voices, change, said):
    store.require_same(ARMS, trials, "0" * 64)
    settings = replace(SynthSettings(), n_timesteps=change.get("steps", 12))
    settings = replace(settings, guidance=replace(settings.guidance, gamma=change.get("gamma", 1.0)))
    first = replace(trials[0], seed=change.get("seed", trials[0].seed))
    first = replace(first, ref1=voices["middle"]) if "sound" in change else first
    arms = (replace(ARMS[0], settings=settings), ARMS[1])
    with pytest.raises(InterpError, match=said):
        store.require_same(arms, (first, trials[1]), change.get("checkpoint", "0" * 64))
    store.require_same(ARMS, trials, "0" * 64)


def test_conditions_and_cases_may_be_added_and_devices_and_places_may_differ(store, trials, tmp_path):
    store.require_same(ARMS[:1], trials[:1], "0" * 64)
    moved = tmp_path / "elsewhere.wav"
    moved.write_bytes(trials[0].ref1.read_bytes())
    arms = tuple(replace(a, settings=replace(a.settings, device="cuda")) for a in ARMS)
    store.require_same(arms, (replace(trials[0], ref1=moved), trials[1]), "0" * 64)
    with pytest.raises(InterpError, match="case 0002"):
        store.require_same(arms, (replace(trials[1], seed=99),), "0" * 64)


class FakeBench:
    class engine:
        adapt = staticmethod(lambda settings: (settings, ()))

    class grid:
        sample_rate = 22050


@pytest.fixture
def spoken(monkeypatch):
    """Names of the cases asked for, batch by batch; case 0002 cannot be spoken by `guided`."""
    asked = []

    def speak_as(name):
        def speak(bench, trials, settings):
            asked.append((name, [t.name for t in trials]))
            if name == "guided" and any(t.name == "0002" for t in trials):
                raise InterpError("no voice")
            return [made() for _ in trials]

        return speak

    names = ("guided", "unguided")
    monkeypatch.setattr("interp.experiment.plan.CONDITIONS", {name: speak_as(name) for name in names})
    monkeypatch.setattr(stage, "bench_of", lambda *_: FakeBench())
    return asked


def test_only_what_is_missing_is_spoken_and_a_failing_case_stands_alone(store, trials, spoken):
    stage.synthesise(store.runs, ARMS, trials, batch=8)
    assert spoken == [("guided", ["0001", "0002"]), ("guided", ["0001"]), ("guided", ["0002"]),
                      ("unguided", ["0001", "0002"])]  # fmt: skip
    assert store.failure("guided", "0002") == "no voice"
    spoken.clear()
    stage.synthesise(store.runs, ARMS, trials, batch=8)
    assert spoken == [("guided", ["0002"])]


def test_only_what_is_missing_is_measured(store, trials, spoken, monkeypatch):
    stage.synthesise(store.runs, ARMS[1:], trials, batch=1)
    ran = []
    real = measures.measure_scene
    monkeypatch.setattr(
        "interp.experiment.measure.measure_scene",
        lambda scene, names: ran.append(tuple(names)) or real(scene, names),
    )
    measure_all(store.runs, ARMS, trials, MeasuresSpec(("pitch",), ("energy",), some_cases=1), 4.0)
    assert ran == [("pitch", "energy"), ("pitch",)]
    figures = store.figures("unguided", "0001")
    assert figures["pitch.median_hz"] == pytest.approx(150, rel=0.02)
    assert figures["pitch.refs_semitones"] == pytest.approx(12 * np.log2(110 / 190), abs=0.5)
    assert store.figures("guided", "0001") == {}
    ran.clear()
    measure_all(store.runs, ARMS, trials, MeasuresSpec(("pitch",), ("energy",), some_cases=2), 4.0)
    assert ran == [("energy",)]
