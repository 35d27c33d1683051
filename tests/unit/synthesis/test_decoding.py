from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch

from guidance.settings import GuidanceSettings
from interp.checkpoints.checkpoint import Checkpoint
from interp.settings.synth import SynthSettings, for_mode
from interp.synthesis.pipeline import Request, Synthesizer
from masks.errors import InterpError

GUIDED = GuidanceSettings(step_share=0.05, t_tal1=0.4, t_tal2=0.7)
UNGUIDED = GuidanceSettings(enabled=False)
SETTINGS = SynthSettings(n_timesteps=4, solver="dpmpp2", guidance=GUIDED)
PLAIN = replace(SETTINGS, guidance=UNGUIDED)
GROUPS = {"ref1.pitch", "ref1.rest", "ref2.pitch", "ref2.rest"}
TEXT = "The boy was there."


@pytest.fixture(scope="module")
def voices(tmp_path_factory):
    """Two buzzing recordings of different pitch and length, one that glides, and noise without any pitch."""
    folder = tmp_path_factory.mktemp("voices")
    rng = np.random.default_rng(0)
    for name, first_hz, last_hz, seconds in (
        ("low", 110, 110, 0.5),
        ("high", 190, 190, 0.7),
        ("glide", 90, 360, 0.7),
    ):
        t = np.arange(int(seconds * 22050)) / 22050
        cycles = np.cumsum(np.geomspace(first_hz, last_hz, len(t))) / 22050
        wav = 0.1 * sum(np.sin(2 * np.pi * h * cycles) / h for h in range(1, 12))
        soundfile.write(folder / f"{name}.wav", wav + 1e-3 * rng.standard_normal(len(t)), 22050)
    soundfile.write(folder / "noise.wav", 0.1 * rng.standard_normal(11025), 22050)
    return folder


@pytest.fixture
def synthesizer(speech_model, monkeypatch):
    """The whole way with a model of random weights, but for the vocoder: silence as long as the mel."""
    silent = lambda name, grid: lambda mel: np.zeros(mel.shape[1] * grid.hop_length, np.float32)  # noqa: E731
    monkeypatch.setattr("interp.synthesis.pipeline.make_vocoder", silent)
    return Synthesizer(Checkpoint(speech_model, Path("random.safetensors"), {}, "0" * 64))


@pytest.fixture
def speak(synthesizer, voices):
    def call(settings=SETTINGS, ref1="low", ref2="high", text=TEXT, **kwargs):
        return synthesizer(text, voices / f"{ref1}.wav", voices / f"{ref2}.wav", settings, **kwargs)

    return call


@pytest.fixture
def n_evaluations(speech_model):
    """Counts the estimator's evaluations, one list entry each."""
    made = []
    speech_model.estimator.register_forward_hook(lambda *_: made.append(1))
    return made


def guided_by(**changes):
    return replace(SETTINGS, guidance=replace(GUIDED, **changes))


def test_the_same_seed_gives_the_same_bits_and_another_does_not(speak):
    assert np.array_equal(speak().mel, speak().mel)
    assert not np.allclose(speak().mel, speak(replace(SETTINGS, seed=1)).mel, atol=0.1)


@pytest.mark.parametrize("solver", ["euler", "dpmpp2"])
@pytest.mark.parametrize("nothing", [{"step_share": 0.0}, {"t_tal1": 0.0, "t_tal2": 0.0}])
def test_guidance_that_does_nothing_gives_the_unguided_bits(speak, solver, nothing):
    plain = speak(replace(PLAIN, solver=solver))
    idle = speak(replace(guided_by(**nothing), solver=solver))
    assert np.array_equal(plain.mel, idle.mel)
    assert plain.guidance is None
    assert not np.array_equal(plain.mel, speak(replace(SETTINGS, solver=solver)).mel)


@pytest.mark.parametrize("mode", ["freq", "temp"])
def test_tuning_lowers_its_objective(speak, mode):
    result = speak(
        replace(SETTINGS, mode=mode, guidance=replace(GUIDED, objective=objective_of(mode)))
    ).guidance
    assert result.objective == objective_of(mode)
    assert result.summary.accepted > 0
    for row in result.trace:
        assert row["loss_after"] < row["loss_before"] or not row["accepted"]


def objective_of(mode):
    return {"freq": "matched", "temp": "temp"}[mode]


@pytest.mark.parametrize("settings", [PLAIN, SETTINGS, replace(SETTINGS, mode="temp")])
def test_a_batch_equals_its_sentences_one_by_one(synthesizer, voices, settings):
    low, high = voices / "low.wav", voices / "high.wav"
    requests = [
        Request("The boy was there when the sun rose.", low, high),
        Request("No.", high, low, seed=5),
        Request("See you soon.", low, high, seed=9),
    ]
    batch = synthesizer.batch(requests, settings)
    assert len({s.mel.shape for s in batch}) == 3
    for request, together in zip(requests, batch, strict=True):
        (alone,) = synthesizer.batch([request], settings)
        assert together.mel.shape == alone.mel.shape
        assert np.abs(together.mel - alone.mel).max() < 1e-4
        assert together.notes == alone.notes
        assert (together.guidance is None) == (alone.guidance is None)
        if alone.guidance is not None:
            assert together.guidance.summary.accepted == alone.guidance.summary.accepted > 0


def test_a_note_is_of_its_own_text(synthesizer, voices):
    low, high, glide = (voices / f"{name}.wav" for name in ("low", "high", "glide"))
    batch = synthesizer.batch([Request(TEXT, glide, high), Request(TEXT, low, high)], PLAIN)
    assert [any("too wide" in note for note in s.notes) for s in batch] == [True, False]


def test_no_request_gives_nothing(synthesizer):
    assert synthesizer.batch([]) == []


def test_long_text_is_split_and_joined(synthesizer, voices, speak):
    parts = ["The sun rose.", "See you soon!", "No?"] * 4
    whole = speak(PLAIN, text=" ".join(parts))
    low, high = voices / "low.wav", voices / "high.wav"
    alone = synthesizer.batch([Request(p, low, high, seed=i) for i, p in enumerate(parts)], PLAIN)
    assert np.abs(whole.mel - np.concatenate([s.mel for s in alone], 1)).max() < 1e-4
    assert whole.durations.sum() == whole.mel.shape[1] == whole.mu.shape[1] == whole.target_mask.shape[1]
    assert [w.word for w in whole.words] == [w.word for s in alone for w in s.words]
    assert whole.words[-1].end_frame <= whole.mel.shape[1]
    assert whole.words[-1].start_frame > whole.words[-2].start_frame > 0


def test_a_report_holds_masses_before_and_after(speak):
    result = speak(for_report=True).guidance
    for masses in (result.mass_before, result.mass_after):
        assert set(masses.raw) == set(masses.relative) == GROUPS
        assert all(0 <= v <= 1 for v in (*masses.raw.values(), *masses.relative.values()))
        for kind in ("pitch", "rest"):
            assert masses.relative[f"ref1.{kind}"] + masses.relative[f"ref2.{kind}"] == pytest.approx(1)
    assert result.mass_before != result.mass_after
    assert result.trace[0]["sentence"] == 0


def test_a_report_changes_no_bit(speak):
    assert np.array_equal(speak(for_report=True).mel, speak().mel)
    assert speak().guidance.mass_before is None


def test_the_untuned_twin_knows_nothing_of_the_tuning(speak):
    before, after = zip(
        *((r.mass_before, r.mass_after) for r in (masses_by(speak, 0.05), masses_by(speak, 0.1))), strict=True
    )
    assert before[0] == before[1]
    assert after[0] != after[1]


def masses_by(speak, step_share):
    return speak(guided_by(step_share=step_share), for_report=True).guidance


def test_masks_with_guidance_are_a_mistake():
    with pytest.raises(InterpError, match="masked"):
        replace(SETTINGS, attend="masked")


def test_masked_temp_with_all_of_it_reference_1_hears_nothing_of_reference_2(speak):
    settings = replace(PLAIN, mode="temp", attend="masked", split=1.0, crossfade_s=0.0)
    mels = [speak(settings, *pair).mel for pair in (("high", "low"), ("high", "noise"), ("low", "noise"))]
    assert np.array_equal(mels[0], mels[1])
    assert not np.allclose(mels[1], mels[2], atol=1e-3)


def test_a_weight_of_one_costs_no_evaluation(speak, n_evaluations):
    speak(PLAIN)
    assert len(n_evaluations) == 4
    speak(replace(PLAIN, cfg_pitch=2.0))
    assert len(n_evaluations) == 4 + 8
    speak(replace(PLAIN, cfg_pitch=2.0, cfg_rest=0.5))
    assert len(n_evaluations) == 4 + 8 + 12


def test_weights_of_classifier_free_guidance_change_the_output(speak):
    mels = [speak(replace(PLAIN, **w)).mel for w in ({}, {"cfg_pitch": 2.0}, {"cfg_rest": 2.0})]
    assert np.abs(mels[0] - mels[1]).max() > 1e-3
    assert np.abs(mels[0] - mels[2]).max() > 1e-3
    assert np.abs(mels[1] - mels[2]).max() > 1e-3


def test_unguided_steps_build_no_graph(synthesizer, speak, monkeypatch):
    seen = []
    forward = synthesizer.checkpoint.model.estimator.forward
    monkeypatch.setattr(
        synthesizer.checkpoint.model.estimator,
        "forward",
        lambda *a, **k: seen.append(torch.is_grad_enabled()) or forward(*a, **k),
    )
    speak()
    assert True in seen
    seen.clear()
    speak(PLAIN)
    assert seen == [False] * 4


@pytest.mark.parametrize(("where", "word"), [("there", 3), ("4", 3), ("1", 0)])
def test_a_word_to_split_at(speak, where, word):
    spoken = speak(replace(PLAIN, mode="temp", split_word=where))
    assert spoken.split_frame == spoken.words[word].start_frame


def test_a_share_and_a_time_to_split_at(speak):
    spoken = speak(replace(PLAIN, mode="temp", split=0.25))
    assert spoken.split_frame == round(0.25 * spoken.mel.shape[1])
    seconds = 0.1
    assert speak(replace(PLAIN, mode="temp", split_s=seconds)).split_frame == round(seconds * 22050 / 256)
    assert speak(PLAIN).split_frame is None


@pytest.mark.parametrize("change", [{"split_word": "moon"}, {"split_word": "9"}, {"split_s": 900.0}])
def test_a_split_that_is_not_there(speak, change):
    with pytest.raises(InterpError):
        speak(replace(PLAIN, mode="temp", **change))


def test_masked_temp_changes_at_the_word_alone(speak):
    """With reference 2 after the word exchanged, the attention of the first part sees no difference."""
    settings = replace(PLAIN, mode="temp", attend="masked", split_word="there", crossfade_s=0.0)
    difference = np.abs(speak(settings).mel - speak(settings, ref2="noise").mel).mean(0)
    split = speak(settings).split_frame
    assert difference[split:].mean() > 2 * difference[:split].mean()


def test_freq_wants_pitch_of_reference_1(speak):
    with pytest.raises(InterpError, match=r"noise\.wav"):
        speak(ref1="noise")
    assert speak(ref2="noise").mel.shape[0] == 80
    spoken = speak(replace(PLAIN, mode="temp"), ref1="noise")
    assert not spoken.target_mask[:, : spoken.split_frame].any()


def test_a_text_without_voiced_phones_is_spoken(speak):
    assert speak(text="Psst.").mel.shape[1] > 0


@pytest.mark.parametrize("text", ["", " \n", "?!"])
def test_text_without_a_word(speak, text):
    with pytest.raises(InterpError):
        speak(text=text)


def test_progress_ends_at_one(speak):
    seen = []
    speak(on_progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 1.0


def test_a_window_without_a_step_is_said(speak):
    assert any("window 2" in note for note in speak(guided_by(t_tal2=0.41)).notes)


def test_references_are_read_once(synthesizer, speak, voices, monkeypatch):
    speak(PLAIN)
    monkeypatch.setattr(
        "interp.synthesis.pipeline.load_reference", lambda *_, **__: pytest.fail("read again")
    )
    speak(PLAIN)


PATHS = [
    {"scope": "initial"},
    {"scope": "initial", "lookahead": 1},
    {"scope": "trajectory"},
    {"target_cells": "x0"},
]


@pytest.mark.parametrize("sampler", ["sde", "ode"])
@pytest.mark.parametrize("changes", PATHS, ids=lambda c: "-".join(map(str, c.values())))
def test_other_scopes_and_cells_tune_and_do_nothing_at_a_share_of_zero(speak, changes, sampler):
    settings = replace(guided_by(**changes, epochs=2), sampler=sampler)
    plain = speak(replace(PLAIN, sampler=sampler))
    tuned = speak(settings, for_report=True)
    assert not np.allclose(tuned.mel, plain.mel, atol=1e-3)
    assert tuned.guidance.summary.loss_last < tuned.guidance.summary.loss_first
    idle = replace(settings, guidance=replace(settings.guidance, step_share=0.0))
    assert np.array_equal(speak(idle).mel, plain.mel)


def test_the_ode_has_one_normal_whatever_the_scope(speak):
    """Its trajectory is its initial noise read along all evaluations in the windows."""
    settings = replace(SETTINGS, sampler="ode")
    both = [
        replace(settings, guidance=replace(GUIDED, scope="trajectory")),
        replace(settings, guidance=replace(GUIDED, scope="initial", lookahead=9)),
    ]
    assert np.array_equal(*(speak(s).mel for s in both))


def test_lookahead_costs_its_evaluations(speak, n_evaluations):
    speak(guided_by(scope="initial"))
    first = len(n_evaluations)
    speak(guided_by(scope="initial", lookahead=1))
    # A slope and a measurement of one more evaluation, which the backward pass computes again.
    assert len(n_evaluations) - first - first >= 2


def test_an_output_without_voice_is_noted(speak):
    assert any(note.startswith("nearly unvoiced: 0% of the output") for note in speak().notes)


def test_the_vocoder_is_asked_for_before_anything_is_spoken(speak, n_evaluations, monkeypatch):
    def missing(name, grid):
        raise InterpError("vocoder: not there")

    monkeypatch.setattr("interp.synthesis.pipeline.make_vocoder", missing)
    with pytest.raises(InterpError, match="vocoder: not there"):
        speak()
    assert n_evaluations == []


def test_one_iteration_in_all_is_told(speak):
    said = [n for n in speak(guided_by(scope="trajectory")).notes if "tuning iteration" in n]
    assert len(said) == 1
    assert not [n for n in speak(guided_by(scope="trajectory", epochs=2)).notes if "tuning iteration" in n]


@pytest.mark.parametrize("mode", ["freq", "temp"])
@pytest.mark.parametrize("scope", ["step", "initial"])
def test_one_recording_twice_speaks_as_without_tuning_and_says_so(speak, mode, scope):
    asked = for_mode(guided_by(scope=scope), mode)
    untuned = replace(asked, guidance=replace(asked.guidance, enabled=False))
    tuned, plain = (speak(one, ref2="low") for one in (asked, untuned))
    assert np.array_equal(tuned.mel, plain.mel)
    assert any("noise not tuned" in note for note in tuned.notes)
    assert not any("noise not tuned" in note for note in speak(asked).notes)
