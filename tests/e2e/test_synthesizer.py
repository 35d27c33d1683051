"""The shipped model with the demo references, as a user of the Python package calls it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from guidance.settings import GuidanceSettings
from interp import InterpError, Synthesizer, SynthSettings
from interp.synthesis.pipeline import Request
from interp.system.shipped import data_path

REF1, REF2 = (data_path(f"resources/demo_ref{n}.wav") for n in (1, 2))
TEXT = "The sun rose."
FAST = SynthSettings(n_timesteps=6, solver="dpmpp2", ref_max_seconds=2.0)
PLAIN = replace(FAST, guidance=GuidanceSettings(enabled=False))


@pytest.fixture(scope="module")
def synthesizer():
    if not data_path("checkpts/default.safetensors").is_file():
        pytest.skip("no default checkpoint in checkpts/: train one, or fetch the one that is shipped")
    return Synthesizer.load("default", device="cpu")


@pytest.fixture(scope="module")
def spoken(synthesizer):
    return synthesizer(TEXT, REF1, REF2, FAST, for_report=True)


def test_a_sentence_is_sound(spoken):
    assert spoken.sample_rate == 22050
    assert spoken.wav.dtype == np.float32
    assert len(spoken.wav) == 256 * spoken.mel.shape[1]
    assert np.isfinite(spoken.wav).all()
    assert 0.05 < np.abs(spoken.wav).max() <= 1
    assert 0.4 < spoken.seconds_audio < 4


def test_its_mel_is_one_of_speech(spoken):
    assert np.isfinite(spoken.mel).all()
    assert spoken.mel.min() >= np.log(1e-5) - 1e-6
    assert -9 < spoken.mel.mean() < -3
    assert spoken.mel.max() < 4
    assert spoken.mel.std() > 1


def test_everything_has_the_same_length(spoken):
    n_frames = spoken.mel.shape[1]
    assert spoken.durations.sum() == n_frames == len(spoken.f0_hz)
    assert spoken.mu.shape == spoken.target_mask.shape == spoken.mel.shape == (80, n_frames)
    assert len(spoken.phonemes) == len(spoken.durations)
    assert [w.word for w in spoken.words] == ["the", "sun", "rose"]


def test_the_tuning_is_told(spoken):
    result = spoken.guidance
    assert (result.objective, result.scope) == ("matched", "step")
    assert result.summary.accepted > 0
    assert result.mass_before is not None
    wanted = [
        m.relative["ref1.pitch"] + m.relative["ref2.rest"] for m in (result.mass_before, result.mass_after)
    ]
    assert wanted[1] > wanted[0], "the blend that was asked for"


def test_references_are_told(spoken):
    for reference, path in zip(spoken.references, (REF1, REF2), strict=True):
        assert reference.path == str(path)
        assert reference.mask.shape == reference.mel.shape
        assert (reference.f0_hz > 0).mean() > 0.3


def test_the_same_again_is_the_same_sound(synthesizer, spoken):
    again = synthesizer(TEXT, REF1, REF2, FAST)
    assert np.array_equal(again.mel, spoken.mel)
    assert np.array_equal(again.wav, spoken.wav)


def test_a_share_of_nothing_is_no_guidance(synthesizer):
    idle = replace(FAST, guidance=GuidanceSettings(step_share=0.0))
    assert np.array_equal(synthesizer(TEXT, REF1, REF2, idle).mel, synthesizer(TEXT, REF1, REF2, PLAIN).mel)


@pytest.mark.parametrize("settings", [PLAIN, FAST])
def test_a_batch_is_its_sentences(synthesizer, settings):
    requests = [Request(TEXT, REF1, REF2, seed=3), Request("No, thank you very much.", REF2, REF1)]
    for request, together in zip(requests, synthesizer.batch(requests, settings), strict=True):
        (alone,) = synthesizer.batch([request], settings)
        assert np.abs(together.mel - alone.mel).max() < 1e-4


def test_temp_follows_one_and_then_the_other(synthesizer):
    settings = replace(FAST, mode="temp", split_word="rose", guidance=GuidanceSettings(objective="temp"))
    spoken = synthesizer(TEXT, REF1, REF2, settings, for_report=True)
    assert spoken.split_frame == spoken.words[2].start_frame
    assert spoken.guidance.objective == "temp"
    assert spoken.guidance.summary.accepted > 0


def test_a_slower_sentence_is_longer(synthesizer, spoken):
    slow = synthesizer(TEXT, REF1, REF2, replace(PLAIN, length_scale=1.5))
    assert slow.mel.shape[1] == pytest.approx(1.5 * spoken.mel.shape[1], abs=4)


def test_weights_of_the_groups_change_the_sound(synthesizer):
    plain, strong = (synthesizer(TEXT, REF1, REF2, replace(PLAIN, cfg_pitch=w)).mel for w in (1.0, 2.0))
    assert np.abs(plain - strong).max() > 0.1


@pytest.mark.parametrize("missing", ["ref1", "ref2"])
def test_a_missing_reference(synthesizer, tmp_path, missing):
    paths = {"ref1": REF1, "ref2": REF2, missing: tmp_path / "none.wav"}
    with pytest.raises(InterpError, match=r"none\.wav"):
        synthesizer(TEXT, paths["ref1"], paths["ref2"], FAST)


def test_a_missing_checkpoint(tmp_path):
    with pytest.raises(InterpError, match="no such checkpoint"):
        Synthesizer.load(tmp_path / "none.safetensors")
