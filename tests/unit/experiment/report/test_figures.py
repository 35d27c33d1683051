"""Hand-made figures whose statistics are known: intervals, pairs, seeds, doses, targets, the report."""

from __future__ import annotations

import csv
import re

import numpy as np
import pytest
from scipy.stats import spearmanr

from interp.experiment.made import Masses
from interp.experiment.plan import Arm
from interp.experiment.report.dose import responses, series_of
from interp.experiment.report.report import Found, write_report
from interp.experiment.report.rows import derived, masses_at, values
from interp.experiment.report.seed_effect import seed_effects
from interp.experiment.report.statistics import paired, spearman, summary
from interp.experiment.report.targets import targets
from interp.experiment.trial import Trial
from interp.settings.synth import SynthSettings

SEMITONE = np.log(2) / 12


def trial(number, pair=None, same_gender=False):
    return Trial(f"{number:04d}", pair or number, "Words.", "a.wav", "b.wav", number, same_gender)


def arm(name, **dose):
    return Arm(name, "guided", SynthSettings(), dose)


def rows(**arms):
    """Condition to figure to its values, case by case."""
    n = len(next(iter(next(iter(arms.values())).values())))
    return {
        name: {f"{i + 1:04d}": {key: column[i] for key, column in figures.items()} for i in range(n)}
        for name, figures in arms.items()
    }


def test_an_interval_holds_the_true_mean_and_median_in_about_95_of_100():
    rng = np.random.default_rng(0)
    for statistic, true in (("mean", 1.0), ("median", np.log(2))):
        inside = 0
        for _ in range(60):
            found = summary(rng.exponential(size=60).tolist(), statistic)
            inside += found.low <= true <= found.high
        assert 51 <= inside <= 60
    assert summary([], "median") is None
    assert summary([3.0], "median").low is None


def test_pairs_are_compared_case_by_case():
    here, there = {"a": 1.0, "b": 3.0, "c": 9.0}, {"b": 1.0, "a": 2.0, "d": 5.0}
    found = paired(here, there)
    assert found.interval.mean == pytest.approx(0.5)
    assert found.interval.n == 2
    assert found.effect == pytest.approx(0.5 / np.std([-1.0, 2.0], ddof=1))
    assert paired({"a": 1.0, "b": 1.0}, {"a": 0.0, "b": 0.0}).effect is None
    assert paired({"a": 1.0}, {"b": 1.0}) is None


def test_spearman_is_scipys():
    x, y = [0, 1, 2, 2, 5], [0.1, 0.4, 0.3, 0.35, 0.2]
    assert spearman(x, y) == pytest.approx(spearmanr(x, y).statistic)
    assert spearman(x, [1.0] * 5) is None
    assert spearman([1, 2], [1, 2]) is None


def test_figures_that_follow():
    measured = {
        "pitch.ref1.semitones": -1.4,
        "pitch.ref2.semitones": 4.0,
        "pitch.median_hz": 100.0,
        "switch.first.ref1_semitones": -1.0,
        "switch.first.ref2_semitones": 2.0,
        "switch.second.ref1_semitones": 0.5,
        "switch.second.ref2_semitones": -3.0,
    }
    found = derived(measured)
    assert (found["pitch.ref1.away"], found["pitch.within"]) == (1.4, 1.0)
    assert found["pitch.log_f0"] == pytest.approx(np.log(100))
    assert [found[f"switch.{k}"] for k in ("first.nearer", "second.nearer", "both_nearer")] == [1, 0, 0]
    assert derived({"pitch.ref1.semitones": -1.6})["pitch.within"] == 0
    assert derived({"pitch.ref1.semitones": None})["switch.both_nearer"] is None


def test_masses_are_read_at_the_last_step_of_the_windows_and_three_later():
    t = np.array([1.0, 0.8, 0.6, 0.45, 0.4, 0.3, 0.2])
    relative = np.arange(28.0).reshape(7, 4)
    masses = Masses(t, relative, relative, np.arange(7.0))
    found = masses_at(masses, 0.6, "freq")
    assert (found["mass.pitch"], found["mass.pitch_later"]) == (12.0, 24.0)
    assert (found["mass.rest"], found["mass.loss"]) == (15.0, 3.0)
    assert set(masses_at(masses, 0.6, "temp")) == {"mass.loss"}
    assert masses_at(None, 0.6, "freq") == {}
    assert masses.swapped().relative[0].tolist() == [2, 3, 0, 1]


def test_a_seed_that_takes_either_reference_explains_half_the_distance_squared():
    trials = [trial(i, pair=1 + i // 4) for i in range(8)]
    trials = [Trial(**{**vars(t), "name": f"{i + 1:04d}"}) for i, t in enumerate(trials)]
    apart = np.repeat([8.0, -6.0], 4)
    either = np.tile([0.0, 1.0], 4)
    log_f0 = np.repeat([5.0, 5.5], 4) + either * apart * SEMITONE
    made = rows(
        unguided={"pitch.log_f0": log_f0, "pitch.refs_semitones": apart, "pitch.nearer_ref1": either},
        still={"pitch.log_f0": 0 * log_f0, "pitch.refs_semitones": apart, "pitch.nearer_ref1": either},
    )
    effect, still = seed_effects(made, trials)
    assert (effect.n_pairs, effect.n_seeds) == (2, 4)
    assert effect.of_half_distance.mean == pytest.approx(4 / 3)  # of the sample: n / (n - 1)
    assert effect.within.mean == pytest.approx(np.mean([16, 9]) * SEMITONE**2 * 4 / 3)
    assert effect.of_total == pytest.approx(effect.within.mean / np.var(log_f0, ddof=1))
    assert effect.nearer.mean == 0.5
    assert (still.within.mean, still.of_total) == (0, 0)
    assert seed_effects(made, [trial(i) for i in range(1, 9)]) == ()


def test_dose_and_response():
    arms = [arm("c", share=0.04), arm("a", share=0.0), arm("b", share=0.01), arm("lonely", other=1.0)]
    (series,) = series_of(arms)
    assert (series.doses, series.arms) == ((0.0, 0.01, 0.04), ("a", "b", "c"))
    made = rows(
        a={"mass.pitch": [0.4, 0.5, 0.5], "pitch.place": [0.1, 0.9, 0.2]},
        b={"mass.pitch": [0.5, 0.6, 0.5], "pitch.place": [0.2, 0.5, 0.2]},
        c={"mass.pitch": [0.9, 0.7, 0.5], "pitch.place": [0.9, 0.1, 0.2]},
    )
    mass, place, chain = responses(made, series)
    assert (mass.rho.mean, mass.n) == (pytest.approx(1), 3)
    assert mass.monotone == pytest.approx(2 / 3)  # a mass that never moves is not monotone
    assert place.rho.mean == pytest.approx(0)
    assert place.monotone == chain.monotone == pytest.approx(1 / 3)
    assert chain.of == "place of F0 with pitch mass"


@pytest.fixture
def hundred():
    """100 cases: guided reaches ref 1 in 90, unguided in half; 30 of them are of one gender."""
    rng = np.random.default_rng(1)
    noise = rng.normal(0, 0.01, 100)
    first = np.arange(100) % 10
    guided = {
        "pitch.nearer_ref1": (first < 9) * 1.0,
        "pitch.within": (first < 6) * 1.0,
        "pitch.ref1.away": 1.0 + noise,
        "pitch.place": np.where(first < 9, 0.95, 0.1),
        "mass.pitch": 0.85 + noise,
        "mass.pitch_later": 0.7 + noise,
        "speaker.ref2.equalised": 0.80 + noise,
        "words.wer": 0.25 + noise,
    }
    unguided = {
        "pitch.nearer_ref1": (first < 5) * 1.0,
        "pitch.within": (first < 3) * 1.0,
        "pitch.ref1.away": 4.0 - noise,
        "pitch.place": np.where(first < 5, 0.95, 0.1),
        "mass.pitch": np.where(first < 5, 0.5, 0.9),
        "mass.pitch_later": 0.5 + noise,
        "speaker.ref2.equalised": 0.81 + 0 * noise,
        "words.wer": 0.15 + 0 * noise,
    }
    swapped = {**guided, "pitch.nearer_ref1": (first >= 9) * 1.0}
    return rows(guided=guided, unguided=unguided, swapped=swapped, random_mask=unguided)


def test_targets_are_judged(hundred):
    found = {t.what: t for t in targets(hundred)}
    assert found["F0 nearer to ref 1"].met
    assert found["F0 nearer to ref 1"].found == "90% of 100"
    assert not found["F0 within 1.5 semitones of ref 1"].met
    assert found["swapped: F0 nearer to ref 2"].met
    assert found["speaker similarity to ref 2, loss against unguided"].met
    assert not found["WER, loss against unguided"].met
    assert found["st nearer to ref 1 than a random mask"].found.startswith("+3.0")
    assert found["st nearer to ref 1 than a random mask"].met
    masses = [t for what, t in found.items() if what.startswith("pitch mass")]
    assert [t.met for t in masses] == [True, False]
    assert "median of 50" in masses[0].what
    assert targets({"unguided": hundred["unguided"]}) == ()


def test_the_report_says_what_is_in_the_figures(hundred, tmp_path):
    trials = tuple(trial(i, same_gender=i % 10 in (1, 2, 3)) for i in range(1, 101))
    trials = tuple(
        Trial(**{**vars(t), "ref1": tmp_path / "a.wav", "ref2": tmp_path / "b.wav"}) for t in trials
    )
    arms = (arm("guided", share=1.0), arm("unguided", share=0.0), arm("swapped"), arm("random_mask"))
    found = Found("freq", "interp eval", "0" * 64, arms, trials, hundred, {("guided", "0007"): "why"})
    written = write_report(found, tmp_path / "docs")
    assert all(path.stat().st_size > 0 for path in written)
    names = {path.name for path in written}
    assert {"forest_unguided.svg", "forest_guided.png", "place.png", "dose_share.svg"} < names
    page = (tmp_path / "docs" / "report.md").read_text()
    # The normal approximation gives 84-96 and 50-70.
    assert re.search(
        r"\| guided \| 100 \| 90 % \(8[345] % to 9[456] %\) \| 60 % \([45]\d % to [67]\d %\)", page
    )
    assert "| guided | 30 |" in page  # those of one gender
    assert "| guided | 70 |" in page
    assert "| guided | 0007 | why |" in page
    assert "+40.0 (" in page  # points over unguided
    with (tmp_path / "docs" / "cases.csv").open(newline="") as file:
        lines = list(csv.DictReader(file))
    assert len(lines) == 400
    assert np.mean([float(r["pitch.nearer_ref1"]) for r in lines if r["condition"] == "unguided"]) == 0.5


def test_values_are_those_that_are_known():
    made = {"a": {"1": {"x": 1.0}, "2": {"x": None}, "3": {}}}
    assert values(made, "a", "x") == {"1": 1.0}
    assert values(made, "a", "x", ["2", "9"]) == {}
    assert values(made, "b", "x") == {}


def test_temp_has_targets_of_its_own():
    def case(right: bool, late_s: float) -> dict[str, float]:
        parts = {"switch.first.nearer": 1.0, "switch.second.nearer": float(right)}
        return {
            **parts,
            "switch.both_nearer": float(right),
            "switch.late_s": late_s,
            "pitch.nearer_ref1": 0.0,
        }

    rows = {
        "guided": {f"{i:02d}": case(i < 8, 0.3 if i % 2 else -0.05) for i in range(10)},
        "unguided": {f"{i:02d}": case(i < 2, 0.0) for i in range(10)},
    }
    found = {t.what: t for t in targets(rows)}
    assert found["first part nearer to ref 1 in F0"].met
    assert not found["second part nearer to ref 2 in F0"].met
    assert found["distance of the switch from the split"].found == "0.17 s, median of 10"
    assert not found["distance of the switch from the split"].met
    assert found["both parts right, more than unguided"].met
    assert "F0 nearer to ref 1" not in found
    near = {"guided": {c: f | {"switch.late_s": -0.05} for c, f in rows["guided"].items()}}
    assert next(t for t in targets(near) if "distance" in t.what).met
