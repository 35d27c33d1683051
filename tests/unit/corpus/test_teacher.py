"""Pitch between the teacher's halves; with its packages (INTERP_TEACHER, a folder), the teacher itself."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from interp.corpus.contours import OWN_MELODY, bend_semitones
from interp.corpus.plan import HIGHEST_HZ, family_of
from interp.corpus.settings import CorpusSettings
from interp.corpus.teacher import (
    HEARING,
    RATE_HZ,
    TEACHER_RATE_HZ,
    Prosody,
    Sound,
    Spoken,
    Teacher,
    nearest,
    played,
    set_pitch,
    split_model,
)
from interp.corpus.timbres import timbres
from interp.corpus.voices import HOME_HZ, HOME_SENTENCES
from interp.text.frontend import phonemize
from masks.f0 import extract_f0

FOLDER = os.environ.get("INTERP_TEACHER")


def prosody(f0_hz, energy=6.0):
    f0 = np.array([f0_hz], np.float32)
    return Prosody(np.ones(3), np.zeros((1, 2, 3)), f0, np.broadcast_to(np.float32(energy), f0.shape))


def test_pitch_has_the_median_asked_for_and_keeps_its_melody_times_the_range():
    f0 = [0.0, 100.0, 200.0, 400.0, 3.0]
    assert set_pitch(prosody(f0), np.zeros(5), 1.0, 150.0)[0] == pytest.approx([0, 75, 150, 300, 3])
    assert set_pitch(prosody(f0), np.zeros(5), 0.5, 200.0)[0, 1:4] == pytest.approx(
        [200 / 2**0.5, 200, 200 * 2**0.5]
    )


def test_a_bend_is_added_and_the_median_stays():
    bent = set_pitch(prosody([200.0] * 5), np.array([-3.0, -1, 0, 2, 12]), 1.0, 220.0)[0]
    assert np.median(bent) == pytest.approx(220.0)
    assert 12 * np.log2(bent[:4] / 220) == pytest.approx([-3, -1, 0, 2], abs=1e-5)
    assert set_pitch(prosody([200.0] * 5), np.array([0, 0, 0, 2, 30.0]), 1.0, 220.0)[0, 4] == HIGHEST_HZ


def test_the_median_is_that_of_what_will_be_heard():
    f0, energy = [100.0, 100, 100, 200, 200, 0, 0], [2.0, 2, 6, 6, 6, 6, 9]
    assert prosody(f0, energy).heard.tolist() == [[False, False, True, True, True, False, False]]
    assert set_pitch(prosody(f0, energy), np.zeros(7), 1.0, 150.0)[0, :4] == pytest.approx([75, 75, 75, 150])


def test_sound_is_played_faster_by_a_ratio_and_trimmed():
    rate, tone_s = TEACHER_RATE_HZ, 2.4
    t = np.arange(round(tone_s * rate)) / rate
    tone = sum(np.sin(2 * np.pi * 120 * h * t) / h for h in range(1, 12))
    wav = np.concatenate([np.zeros(rate), tone, np.zeros(2 * rate)]).astype(np.float32)
    f0_hz = np.full((1, round(5.4 / 0.0125)), 120.0)
    voice = Prosody(np.ones(3), np.zeros((1, 2, 3)), f0_hz, f0_hz)
    sound = Sound(wav, np.array([1.0, 2.0, 5.4, 5.4]), 1, voice, f0_hz)
    same, spoken = played(sound, 1.2)
    assert same is sound
    assert spoken.heard_hz == pytest.approx(144, rel=0.005)
    assert spoken.f0_hz == pytest.approx(np.full(f0_hz.size, 144.0))
    assert spoken.edges_s == pytest.approx((0.12, 0.12 + 1 / 1.2, 0.12 + 2.0, 0.12 + 2.0), abs=0.03)
    assert len(spoken.wav) / RATE_HZ == pytest.approx(2.0 + 0.24, abs=0.03)
    assert np.abs(spoken.wav).max() <= 0.98
    assert played(replace(sound, wav=np.zeros_like(wav)), 1.0) is None


def test_a_correction_that_does_not_help_is_halved():
    def leaping(factor):
        """Between two modes of F0 the median leaps."""
        tried.append(factor)
        hz = 100 * factor * (1.03 if factor > 0.985 else 0.98)
        return None, Spoken(np.zeros(1), (), np.zeros(0), np.zeros(0), hz, 1.0)

    tried = []
    found = nearest(leaping, 100.0, 1.0, 8)[1]
    assert tried[1] == pytest.approx(1 / 1.03)
    assert tried[2] == pytest.approx(1.03**-0.5)
    assert found.heard_hz == min((leaping(f)[1].heard_hz for f in tried[:8]), key=lambda hz: abs(hz - 100))
    tried.clear()
    assert nearest(leaping, 103.0, 1.0, 8)[1].heard_hz == 103.0
    assert tried == [1.0]
    assert nearest(lambda factor: None, 100.0, 1.0, 8) is None


def test_the_model_is_cut_at_its_four_tensors(tmp_path):
    pytest.importorskip("onnx", reason="onnx is not installed: the extra [corpus]")
    onnxruntime = pytest.importorskip(
        "onnxruntime", reason="onnxruntime is not installed: the extra [corpus]"
    )
    from onnx import TensorProto, helper

    from interp.corpus.teacher import DURATIONS, ENERGY, F0, FEATURES

    cut = (DURATIONS, FEATURES, F0, ENERGY)
    graph = helper.make_graph(
        [
            helper.make_node("Cast", ["tokens"], ["t"], to=TensorProto.FLOAT),
            *(helper.make_node("Mul", ["t", "speed"], [name]) for name in (DURATIONS, F0, ENERGY)),
            helper.make_node("Unsqueeze", [F0, "axis"], [FEATURES]),
            helper.make_node("Squeeze", [FEATURES, "axis"], ["said"]),
            helper.make_node("Sum", ["said", F0, ENERGY, "style"], ["audio"]),
        ],
        "small",
        [
            helper.make_tensor_value_info("tokens", TensorProto.INT64, [1, "n"]),
            helper.make_tensor_value_info("style", TensorProto.FLOAT, [1, "n"]),
            helper.make_tensor_value_info("speed", TensorProto.FLOAT, [1]),
        ],
        [helper.make_tensor_value_info("audio", TensorProto.FLOAT, [1, "n"])],
        [helper.make_tensor("axis", TensorProto.INT64, [1], [1])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    encoder, decoder = tmp_path / "e.onnx", tmp_path / "d.onnx"
    split_model(model.SerializeToString(), encoder, decoder)
    first, second = (onnxruntime.InferenceSession(str(path)) for path in (encoder, decoder))
    style = np.array([[1, 2, 3]], np.float32)
    inputs = {"tokens": np.array([[4, 5, 6]]), "speed": np.array([2], np.float32), "style": style}
    tensors = dict(zip(cut, first.run(cut, inputs), strict=True))
    assert np.array_equal(tensors[F0], [[8, 10, 12]])
    halves = second.run(["audio"], {FEATURES: style[None], F0: tensors[F0], ENERGY: style, "style": style})
    assert np.array_equal(halves[0], [[11, 16, 21]])


@pytest.fixture(scope="module")
def teacher():
    pytest.importorskip("onnxruntime", reason="onnxruntime is not installed: the extra [corpus]")
    if FOLDER is None:
        pytest.skip("INTERP_TEACHER is not set: a folder that `interp corpus --teacher` has filled")
    return Teacher(Path(FOLDER), timbres())


def test_homes_are_as_written_down(teacher):
    sentences = [phonemize(sentence).symbols for sentence in HOME_SENTENCES]
    for voice in ("af_bella", "am_onyx", "zf_xiaoyi", "bm_lewis"):
        # Rounded to whole Hz; the int8 kernels of processors differ a little.
        assert 12 * np.log2(teacher.home_hz(voice, sentences) / HOME_HZ[voice]) == pytest.approx(0, abs=0.4)


BENT = 63


@pytest.mark.parametrize("contour", [OWN_MELODY, BENT])
def test_praat_hears_what_was_set(teacher, made_texts, contour):
    item = replace(family_of(3, made_texts, CorpusSettings())[0], contour=contour, range=0.1)
    symbols = phonemize(item.sentence.text).symbols
    spoken = teacher.speak(item, symbols)
    assert len(spoken.edges_s) == len(symbols) + 1
    assert list(spoken.edges_s) == sorted(spoken.edges_s)
    assert spoken.edges_s[0] == pytest.approx(0.12, abs=0.03)
    assert spoken.edges_s[-1] == pytest.approx(len(spoken.wav) / RATE_HZ - 0.12, abs=0.03)
    assert abs(spoken.cents_from(item.median_hz)) < 12.5
    f0_hz = extract_f0(spoken.wav, HEARING, len(spoken.wav) // HEARING.hop_length)
    voiced = f0_hz > 0
    times_s = HEARING.frame_times_s(len(f0_hz))
    was_set = np.interp(times_s[voiced], spoken.f0_times_s, spoken.f0_hz)
    semitones_off = 12 * np.log2(f0_hz[voiced] / was_set)
    assert np.median(abs(semitones_off)) < 0.25
    if contour == BENT:
        relative = (times_s - spoken.edges_s[0]) / (spoken.edges_s[-1] - spoken.edges_s[0])
        right = voiced.copy()
        right[voiced] = abs(semitones_off) < 6  # an octave off counts as Praat's mistake
        bend = bend_semitones(BENT, relative)
        assert np.corrcoef(bend[right], np.log2(f0_hz[right]))[0, 1] > 0.8
