"""Measures by packages of the extra `eval`: skipped, with the reason, where one is not installed."""

import sys

import numpy as np
import pytest

from interp.evaluation.clip import Clip
from interp.evaluation.distillmos import MODULES as DISTILLMOS
from interp.evaluation.packages import missing_of


def noisy(clip, level):
    noise = level * np.random.default_rng(0).standard_normal(len(clip.wav))
    return Clip((clip.wav + noise).astype(np.float32), clip.grid)


class TestSpeaker:
    @pytest.fixture(autouse=True)
    def _needs(self):
        pytest.importorskip("webrtcvad", reason="webrtcvad-wheels is not installed (extra eval)")
        pytest.importorskip("resemblyzer", reason="resemblyzer is not installed: --no-deps")

    def test_itself_and_a_stranger(self, voice, stranger, against):
        from interp.evaluation.speaker import speaker

        found = speaker(against(voice, voice, stranger))
        assert found["speaker.ref1.similarity"] == pytest.approx(1, abs=1e-4)
        assert found["speaker.ref1.equalised"] == pytest.approx(1, abs=1e-4)
        assert found["speaker.ref2.similarity"] < 0.8
        assert found["speaker.refs.similarity"] == pytest.approx(found["speaker.ref2.similarity"], abs=1e-4)

    def test_equal_pitch_undoes_a_shift(self, stranger, change, against):
        from interp.evaluation.speaker import speaker

        found = speaker(against(change(stranger, -4.0), stranger))
        assert found["speaker.ref1.equalised"] > found["speaker.ref1.similarity"] + 0.02

    def test_louder_is_the_same_speaker(self, voice, against):
        from interp.evaluation.speaker import speaker

        found = speaker(against(Clip(2 * voice.wav, voice.grid), voice))
        assert found["speaker.ref1.similarity"] > 0.97

    def test_no_voice_no_equal_pitch(self, voice, against):
        from interp.evaluation.speaker import speaker

        found = speaker(against(Clip(noisy(voice, 0.1).wav - voice.wav, voice.grid), voice))
        assert found["speaker.ref1.equalised"] is None

    def test_the_speaker_changes(self, voice, stranger, against):
        from interp.evaluation.switch_speaker import KEYS, switch_speaker

        joined = Clip(np.concatenate([voice.wav, stranger.wav]), voice.grid)
        found = switch_speaker(against(joined, voice, stranger, split_s=2.0))
        assert set(found) == set(KEYS)
        assert found["switch_speaker.first.ref1"] > found["switch_speaker.first.ref2"] + 0.1
        assert found["switch_speaker.second.ref2"] > found["switch_speaker.second.ref1"] + 0.1
        assert found["switch_speaker.late_s"] == pytest.approx(0, abs=0.4)
        assert set(switch_speaker(against(joined, voice, stranger)).values()) == {None}


class TestPhones:
    @pytest.fixture(autouse=True)
    def _needs(self):
        pytest.importorskip("pocketsphinx", reason="pocketsphinx is not installed (extra eval)")

    def test_contour_by_phone(self, sentence, said, change, against):
        from interp.evaluation.contour import contour_phones

        shifted = change(sentence, 3.0)
        found = contour_phones(against(shifted, sentence, text=said, ref_texts=(said, None)))
        assert found["contour_phones.ref1.rmse_semitones"] == pytest.approx(3, abs=0.6)
        assert found["contour_phones.ref2.rmse_semitones"] is None


def test_dnsmos_hears_noise(sentence, against):
    pytest.importorskip("speechmos.dnsmos", reason="speechmos or onnxruntime is not installed (extra eval)")
    from interp.evaluation.dnsmos import KEYS, dnsmos

    clean, bad = (dnsmos(against(clip, clip)) for clip in (sentence, noisy(sentence, 0.1)))
    assert set(clean) == set(KEYS)
    assert all(1 <= value <= 5 for value in clean.values())
    assert bad["dnsmos.background"] < clean["dnsmos.background"] - 0.5
    assert bad["dnsmos.overall"] < clean["dnsmos.overall"]


@pytest.mark.skipif(
    bool(missing_of(DISTILLMOS)), reason=f"{' or '.join(DISTILLMOS)} is not installed: --no-deps"
)
def test_distillmos_hears_noise(sentence, against, capsys):
    from interp.evaluation.distillmos import KEYS, distillmos

    clean, bad = (distillmos(against(clip, clip)) for clip in (sentence, noisy(sentence, 0.1)))
    assert set(clean) == set(KEYS)
    assert 1 <= bad["distillmos.overall"] < clean["distillmos.overall"] - 0.5 < 5
    assert "torchaudio" not in sys.modules or sys.modules["torchaudio"].__file__, "only a stand-in"
    assert capsys.readouterr().out == ""


def test_mcd(voice, stranger, said, against):
    pytest.importorskip("mel_cepstral_distance", reason="mel-cepstral-distance is not installed (extra eval)")
    from interp.evaluation.mcd import mcd

    short, other = voice.part(0.2, 0.8), stranger.part(0.2, 0.8)
    louder = Clip(2 * short.wav, short.grid)
    same = mcd(against(louder, short, other, text=said, ref_texts=(said, said)))
    assert same["mcd.ref1.distance"] < 0.1
    assert same["mcd.ref1.penalty"] == pytest.approx(0, abs=0.02)
    assert same["mcd.ref2.distance"] > 5
    assert set(mcd(against(short, short)).values()) == {None}
