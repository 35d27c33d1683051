from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from interp.audio.pitch_statistics import pitch_statistics
from interp.experiment.bench import Bench
from interp.experiment.conditions import CONDITIONS
from interp.experiment.conditions.random_displacement import displaced
from interp.experiment.conditions.random_mask import scrambled
from interp.experiment.conditions.shuffled_f0 import shuffled
from interp.settings.dotted import settings_of
from interp.settings.resolve import mapping_of
from interp.settings.synth import SynthSettings
from interp.synthesis.pipeline import Request
from masks.errors import InterpError
from masks.f0 import extract_f0

N_STEPS = 4
PROBE = 2  # the first of the four evaluations after the windows, which end at 0.7
CHEAP = [name for name in CONDITIONS if name not in ("best_of_32", "best_of_8_by_f0")]


@pytest.fixture
def speak(bench, synthesizer, trials, settings):
    """Each call on a bench of its own, which has kept nothing, unless one is given."""

    def call(name, *, chosen=None, on=None, **changes):
        resolved = settings_of(mapping_of(settings), {**CONDITIONS[name].changes, **changes}, "test")
        return CONDITIONS[name](on or Bench(synthesizer), chosen or trials, resolved)

    return call


def mels(made):
    return [one.take.mel for one in made]


def same(a, b, tolerance=1e-4):
    return all(x.shape == y.shape and np.abs(x - y).max() < tolerance for x, y in zip(a, b, strict=True))


@pytest.mark.parametrize("name", CHEAP)
def test_a_batch_equals_its_cases_alone(speak, trials, name):
    together = speak(name)
    alone = [speak(name, chosen=(trial,))[0] for trial in trials]
    assert same(mels(together), mels(alone))
    for a, b in zip(together, alone, strict=True):
        assert len(a.wav) == a.take.mel.shape[1] * 256
        assert (a.take.masses is None) == (b.take.masses is None)
        if a.take.masses is not None:
            assert np.abs(a.take.masses.relative - b.take.masses.relative).max() < 1e-4
            assert len(a.take.masses.t) == N_STEPS


@pytest.mark.parametrize("name", ["guided", "unguided", "masked", "weighted"])
@pytest.mark.parametrize("mode", ["freq", "temp"])
def test_plain_conditions_are_the_pipelines(speak, synthesizer, settings, trials, monkeypatch, name, mode):
    monkeypatch.setattr(
        "interp.synthesis.pipeline.make_vocoder", lambda *_: lambda mel: np.zeros(5000, np.float32)
    )
    resolved = settings_of({**mapping_of(settings)}, {**CONDITIONS[name].changes, "mode": mode}, "test")
    requests = [Request(t.text, t.ref1, t.ref2, t.seed) for t in trials]
    expected = synthesizer.batch(requests, resolved, for_report=True)
    found = speak(name, mode=mode)
    assert same(mels(found), [e.mel for e in expected], 1e-5)
    assert (found[0].split_s is None) == (mode == "freq")
    if name == "guided":
        for made, e in zip(found, expected, strict=True):
            after = made.take.masses.relative[PROBE, 0]
            assert after == pytest.approx(e.guidance.mass_after.relative["ref1.pitch"], abs=1e-5)


def test_another_seed_is_another_output(speak):
    assert not same(mels(speak("unguided")), mels(speak("unguided_other_seed")), 0.1)


def test_swapped_is_the_case_with_its_references_changed_over(speak, trials):
    changed = tuple(replace(t, ref1=t.ref2, ref2=t.ref1) for t in trials)
    swapped, expected = speak("swapped"), speak("guided", chosen=changed)
    assert same(mels(swapped), mels(expected), 1e-6)
    for a, b in zip(swapped, expected, strict=True):
        assert np.allclose(a.take.masses.relative[:, 0], b.take.masses.relative[:, 2])


@pytest.mark.parametrize(("name", "unheard"), [("ref1_only", "ref2"), ("ref2_only", "ref1")])
def test_one_reference_alone_does_not_hear_the_other(speak, trials, voices, name, unheard):
    others = tuple(replace(t, **{unheard: voices["middle"]}) for t in trials)
    assert same(mels(speak(name)), mels(speak(name, chosen=others)), 1e-6)
    assert not same(mels(speak("unguided")), mels(speak("unguided", chosen=others)), 1e-3)


def test_best_of_takes_the_seed_whose_objective_is_lowest(speak, trials):
    found = speak("best_of_8")
    for trial, made in zip(trials, found, strict=True):
        runs = [speak("unguided", chosen=(replace(trial, seed=trial.seed + k),))[0].take for k in range(8)]
        best = min(runs, key=lambda take: take.masses.loss[PROBE])
        assert same([made.take.mel], [best.mel])
        assert len({take.masses.loss[PROBE] for take in runs}) == 8


def test_best_of_by_f0_takes_the_pitch_nearest_to_ref_1(speak, trials, monkeypatch):
    heard = iter([100.0, 111.0, 150.0, 180.0, 200.0, 90.0, 95.0, 130.0])
    module = "interp.experiment.conditions.best_of.f0_of_mel"
    monkeypatch.setattr(module, lambda mel, *_, **__: torch.full((mel.shape[1],), next(heard)))
    (found,) = speak("best_of_8_by_f0", chosen=trials[:1])
    expected = speak("unguided", chosen=(replace(trials[0], seed=trials[0].seed + 1),))
    assert same([found.take.mel], mels(expected))


def test_cost_is_what_was_run(speak):
    def cost(name, **changes):
        c = speak(name, **changes)[0].take.cost
        assert c.seconds > 0
        return c.evaluations, c.gradients

    assert cost("unguided") == (N_STEPS, 0)
    assert cost("cfg_pitch") == (2 * N_STEPS, 0)
    assert cost("cfg_rest", cfg_pitch=1.5) == (3 * N_STEPS, 0)
    assert cost("mean_attention") == cost("psola", n_timesteps=8) == (2 * N_STEPS, 0)
    assert cost("mel_splice") == (2 * N_STEPS, 0)
    assert cost("best_of_2") == (2 * (PROBE + 1) + N_STEPS, 0)
    assert cost("best_of_8_by_f0") == (8 * N_STEPS, 0)
    evaluations, gradients = cost("guided")
    assert gradients == PROBE
    assert evaluations >= N_STEPS


def test_what_conditions_have_in_common_is_run_once(speak, bench, trials, monkeypatch):
    ran = {"whole": 0, "searched": 0}

    def counting(kind, function):
        def call(pieces, *args, **kwargs):
            ran[kind] += len(pieces)
            return function(pieces, *args, **kwargs)

        return call

    monkeypatch.setattr(bench, "run", counting("whole", bench.run))
    monkeypatch.setattr(bench, "losses_at_probe", counting("searched", bench.losses_at_probe))
    names = ("unguided", "ref1_only", "ref2_only", "mel_splice", "psola", "best_of_8", "best_of_2")
    found = {name: speak(name, on=bench) for name in names}
    n_chosen = sum(
        c.take.mel.tobytes() != u.take.mel.tobytes()
        for c, u in zip(found["best_of_8"], found["unguided"], strict=True)
    )
    assert ran["searched"] == 8 * len(trials)
    assert ran["whole"] <= 3 * len(trials) + 2 * n_chosen + len(trials)
    for name in names:
        alone = speak(name)
        assert same(mels(found[name]), mels(alone))
        assert [m.take.cost.evaluations for m in found[name]] == [m.take.cost.evaluations for m in alone]
    before = dict(ran)
    speak("unguided", on=bench, temperature=1.3)
    assert ran["whole"] == before["whole"] + len(trials)


def test_a_random_displacement_is_as_long_and_stays_on_the_shell():
    generator = torch.Generator().manual_seed(0)
    z, toward, direction = torch.randn(3, 2, 80, 30, generator=generator)
    mask = torch.ones(2, 30, dtype=torch.bool)
    mask[1, 20:] = False
    z, toward, direction = (x * mask[:, None] for x in (z, toward, direction))
    tuned = z + 0.3 * toward
    tuned *= (z.flatten(1).norm(dim=1) / tuned.flatten(1).norm(dim=1))[:, None, None]
    tuned[1] = z[1]
    moved = displaced(z, tuned, direction, mask)
    assert torch.allclose(moved.flatten(1).norm(dim=1), z.flatten(1).norm(dim=1), rtol=1e-5)
    assert torch.allclose((moved - z)[0].norm(), (tuned - z)[0].norm(), rtol=1e-3)
    assert torch.equal(moved[1], z[1])
    assert abs(torch.cosine_similarity((moved - z)[0].flatten(), (tuned - z)[0].flatten(), 0)) < 0.15


def test_a_random_displacement_is_neither_tuned_nor_plain(speak):
    random = mels(speak("random_displacement"))
    assert not same(random, mels(speak("guided")), 1e-3)
    assert not same(random, mels(speak("unguided")), 1e-3)
    with pytest.raises(InterpError, match="scope step"):
        speak("random_displacement", **{"guidance.scope": "initial"})


def test_a_random_mask_leaves_the_network_as_it_is(bench, trials, settings):
    pieces = bench.pieces(trials, settings)
    plain = bench.bind(pieces, settings)
    mixed = scrambled(plain, pieces)
    t = torch.full((2,), 0.5)
    scores = [b.model.score_and_masses(plain.model.mu, t) for b in (plain, mixed)]
    assert torch.allclose(scores[0][0], scores[1][0], atol=1e-4)
    assert not torch.allclose(scores[0][1].mass[0], scores[1][1].mass[0], atol=1e-2)
    before, after = (b.model.bank.membership for b in (plain, mixed))
    assert torch.equal(before.sum(1), after.sum(1))
    assert not torch.equal(before, after)
    for name in ("pitch", "rest"):
        sets = [b.tuning.queries.of_layer(0, name) for b in (plain, mixed)]
        assert torch.equal(sets[0].sum(1), sets[1].sum(1))
        assert not torch.equal(*sets)


def test_a_random_mask_is_tuned_by_other_cells_and_read_by_the_true_ones(speak):
    random, plain = speak("random_mask"), speak("unguided")
    assert not same(mels(random), mels(speak("guided")), 1e-3)
    assert not same(mels(random), mels(plain), 1e-3)
    nothing = speak("random_mask", **{"guidance.step_share": 0})
    assert np.allclose(nothing[0].take.masses.raw, plain[0].take.masses.raw, atol=1e-4)


def test_mean_attention_of_one_reference_twice_is_that_reference(speak, trials):
    twice = tuple(replace(t, ref2=t.ref1) for t in trials)
    assert same(mels(speak("mean_attention", chosen=twice)), mels(speak("ref1_only")))
    assert not same(mels(speak("mean_attention")), mels(speak("ref1_only")), 1e-2)


def test_a_splice_has_the_low_bins_of_one_and_the_high_bins_of_the_other(speak):
    splice, low, high = (speak(name)[0].take.mel for name in ("mel_splice", "ref1_only", "ref2_only"))
    edge = int(np.argmax((splice != low).any(1)))
    assert 20 < edge < 50
    assert np.array_equal(splice[:edge], low[:edge])
    assert np.array_equal(splice[edge:], high[edge:])


def test_psola_gives_the_pitch_of_ref_1(speak, bench, trials):
    for made, trial in zip(speak("psola"), trials, strict=True):
        f0_hz = extract_f0(made.wav, bench.grid, len(made.wav) // 256)
        wanted = pitch_statistics(bench.pair(trial, SynthSettings())[0].f0_hz).median_hz
        assert pitch_statistics(f0_hz).median_hz == pytest.approx(wanted, rel=0.03)


def test_shuffling_moves_f0_and_keeps_all_but_time():
    f0_hz = np.where(np.arange(100) % 25 < 20, 100.0 + np.arange(100), 0.0)
    moved = shuffled(f0_hz, 0)
    assert np.array_equal(np.sort(moved), np.sort(f0_hz))
    assert np.array_equal(moved > 0, f0_hz > 0)
    assert abs(np.corrcoef(moved[f0_hz > 0], f0_hz[f0_hz > 0])[0, 1]) < 0.6
