"""Grad-TTS as an engine: speaker planes cell by cell, regions, settings that do not fit, speech."""

import json
from dataclasses import replace

import numpy as np
import pytest
import soundfile
import torch
from click.testing import CliRunner

from guidance.settings import GuidanceSettings
from interp.checkpoints.checkpoint import load_checkpoint
from interp.cli import main
from interp.diffusion.noise import draw_noise
from interp.diffusion.sampler import sample
from interp.estimators.contract import Piece, TargetCells
from interp.estimators.gradtts.engine import GradTTSEngine
from interp.estimators.gradtts.model import GradTTS, GradTTSConfig
from interp.estimators.gradtts.network import GradTTSEstimatorConfig
from interp.estimators.gradtts.speakers import composed_plane, share_of_speaker1
from interp.estimators.parts.text_encoder import TextEncoderConfig
from interp.settings.synth import SynthSettings
from interp.synthesis.pipeline import Synthesizer
from masks.errors import InterpError
from masks.target import static_cells

ENCODER = TextEncoderConfig(149, 80, 8, 8, 8, n_heads=2, n_layers=1)
PLAIN = GuidanceSettings(enabled=False)
TEXT = "Go home."


def build(n_spks=3, encoder=ENCODER):
    torch.manual_seed(0)
    channels = 4 if n_spks > 1 else 0
    estimator = GradTTSEstimatorConfig(dim=8, n_feats=encoder.n_feats, spk_emb_dim=channels)
    model = GradTTS(GradTTSConfig(n_spks, 4, encoder, estimator)).eval().requires_grad_(False)
    model.encoder.proj_w.proj.bias.fill_(0.8)  # 2.2 frames a symbol, more or less
    for attention in model.estimator.attentions():
        attention.fn.g.fill_(0.5)
    return model


def save(path, model):
    torch.save(model.state_dict(), path)
    return path


@pytest.fixture(autouse=True)
def silent(monkeypatch):
    """Random weights grow to mels that no vocoder can speak."""
    vocoder = lambda name, grid: lambda mel: np.zeros(mel.shape[1] * grid.hop_length, np.float32)  # noqa: E731
    monkeypatch.setattr("interp.synthesis.pipeline.make_vocoder", vocoder)


@pytest.fixture(scope="module")
def voices(tmp_path_factory):
    folder = tmp_path_factory.mktemp("voices")
    return [write_voice(folder / f"{f0}.wav", f0) for f0 in (110, 210)]


def write_voice(path, f0):
    t = np.arange(8000) / 16000
    soundfile.write(path, 0.1 * sum(np.sin(2 * np.pi * f0 * h * t) / h for h in range(1, 8)), 16000)
    return path


@pytest.fixture(scope="module")
def synthesizer(tmp_path_factory):
    return Synthesizer.load(save(tmp_path_factory.mktemp("model") / "small.pt", build()), "cpu")


def settings(**changes):
    grad_tts = {"sampler": "sde", "solver": "euler", "temperature": 1.0}
    given = {"speaker1": 2, "speaker2": 1, "n_timesteps": 2, "guidance": PLAIN, **grad_tts, **changes}
    return SynthSettings(**given)


def plain_speaker(model, synthesis, speaker, n_timesteps=2):
    """What Grad-TTS's own way of speaking gives: a speaker vector, no plane, no engine."""
    mu = torch.from_numpy(synthesis.mu)[None]
    mask = torch.ones(1, mu.shape[-1], dtype=torch.bool)
    spk = model.spk_emb(torch.tensor([speaker]))
    with torch.no_grad():
        x = sample(
            lambda x_t, t: model.estimator(x_t, mask, mu, t, spk),
            mu,
            mask,
            draw_noise([0], [mu.shape[-1]], n_timesteps),
            process=GradTTSEngine(model).process,
            n_timesteps=n_timesteps,
        )
    return np.maximum(x[0].numpy(), np.log(1e-5))


@pytest.mark.parametrize("mode", ["freq", "temp"])
def test_the_same_speaker_twice_is_that_speaker_bit_for_bit(synthesizer, voices, mode):
    spoken = synthesizer(TEXT, *voices, settings(speaker1=1, mode=mode))
    assert np.array_equal(spoken.mel, plain_speaker(synthesizer.checkpoint.model, spoken, 1))
    assert not np.array_equal(spoken.mel, synthesizer(TEXT, *voices, settings(mode=mode)).mel)


def test_spans_that_one_speaker_fills_are_that_speaker(synthesizer, voices):
    model = synthesizer.checkpoint.model
    for split, speaker in ((1.0, 2), (0.0, 1)):
        spoken = synthesizer(TEXT, *voices, settings(mode="temp", split=split, crossfade_s=0.0))
        assert np.array_equal(spoken.mel, plain_speaker(model, spoken, speaker))


def test_the_plane_is_speaker_1s_in_pitch_cells_and_speaker_2s_elsewhere():
    model = build()
    pitch = np.zeros((80, 7), dtype=bool)
    pitch[2:5, 1:3] = True
    share = share_of_speaker1([TargetCells(pitch, None, 100.0)], 9, torch.device("cpu"))
    plane = composed_plane(model, (2, 0), share)[0]
    own = {i: model.estimator.speaker_plane(model.spk_emb(torch.tensor([i])), 9)[0] for i in (0, 2)}
    inside = torch.nn.functional.pad(torch.from_numpy(pitch), (0, 2))
    assert torch.equal(plane[inside], own[2][inside])
    assert torch.equal(plane[~inside], own[0][~inside])


def test_a_crossfade_mixes_the_planes_linearly():
    model = build()
    first = torch.tensor([1.0, 0.75, 0.25, 0.0])
    target = TargetCells(np.ones((80, 4), dtype=bool), torch.stack([first, 1 - first]), 100.0)
    plane = composed_plane(model, (2, 0), share_of_speaker1([target], 4, torch.device("cpu")))[0]
    one, other = (model.estimator.speaker_plane(model.spk_emb(torch.tensor([i])), 4)[0] for i in (2, 0))
    assert torch.allclose(plane, first * one + (1 - first) * other, atol=1e-6)


def test_pitch_cells_are_those_of_reference_1(synthesizer, voices):
    spoken = synthesizer(TEXT, *voices, settings())
    voiced = spoken.target_mask.any(0)
    f0_hz = spoken.references[0].f0_hz
    assert 0 < voiced.mean() < 1
    assert np.array_equal(spoken.target_mask, static_cells(f0_hz, voiced, spoken.grid))


def test_tuned_noise_draws_mass_into_reference_1s_band_and_gamma_is_inert(synthesizer, voices):
    # From t_tal1 on nothing is tuned, so that the masses compared are window 1's.
    def speak(gamma, enabled=True):
        guidance = GuidanceSettings(
            enabled=enabled, t_tal1=0.6, t_tal2=0.6, step_share=0.05, gamma=gamma, max_halvings=0
        )
        return synthesizer(TEXT, *voices, settings(n_timesteps=4, guidance=guidance), for_report=True)

    one, other, untuned = speak(1.0), speak(3.0), speak(1.0, enabled=False)
    assert one.guidance.objective == "sequential"
    assert one.guidance.summary.accepted >= 1
    mass = [row["mass"]["raw"] for row in one.guidance.trace]
    assert all(abs(m[f"ref{i}.pitch"] + m[f"ref{i}.rest"] - 1) < 1e-5 for m in mass for i in (1, 2))
    assert one.guidance.trace[0]["loss_after"] < one.guidance.trace[0]["loss_before"]
    assert np.abs(one.mel - other.mel).max() < 1e-2 * np.abs(one.mel - untuned.mel).max()
    assert any("gamma is inert" in note for note in one.notes)
    assert any("sequential" in note for note in one.notes)


def test_the_gradient_is_that_of_finite_differences(synthesizer, voices):
    engine, features = synthesizer.engine, synthesizer.reference
    asked = settings(guidance=GuidanceSettings(objective="sequential"))
    sentence = engine.encode(TEXT, asked)
    pair = [features(voice, asked) for voice in voices]
    cells = static_cells(pair[0].f0_hz, sentence.voiced, synthesizer.grid)
    piece = Piece(0, sentence, pair, TargetCells(cells, None, 110.0), 0)
    model = engine.bind([piece], asked, synthesizer.grid).model
    t = torch.tensor([0.7], dtype=torch.float64)
    double = replace(
        model,
        estimator=build().estimator.double(),
        mu=model.mu.double(),
        regions=model.regions.double(),
        speaker_plane=model.speaker_plane.double(),
    )
    x = torch.randn(model.mu.shape, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    way = torch.randn(x.shape, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
    x.requires_grad_(True)

    def mass(at):
        return sum(m[0, 0, 0] for m in double.masses(at, t).mass)

    (gradient,) = torch.autograd.grad(mass(x), x)
    with torch.no_grad():
        slope = (mass(x + 1e-5 * way) - mass(x - 1e-5 * way)) / 2e-5
    assert float((gradient * way).sum()) == pytest.approx(float(slope), rel=1e-5)


def test_a_sentence_is_the_same_alone_and_among_others(synthesizer, voices):
    alone = synthesizer(TEXT, *voices, settings())
    both = synthesizer(f"{TEXT} A much longer sentence.", *voices, settings())
    n = alone.mel.shape[1]
    assert both.mel.shape[1] > n
    assert np.abs(both.mel[:, :n] - alone.mel).max() < 1e-3


def test_temp_is_not_tuned_and_says_so(synthesizer, voices):
    spoken = synthesizer(TEXT, *voices, settings(mode="temp", guidance=GuidanceSettings()))
    assert spoken.guidance is None
    assert spoken.settings.guidance.enabled is False
    assert any("noise not tuned" in note for note in spoken.notes)


def test_words_can_be_split_at(synthesizer, voices):
    spoken = synthesizer(TEXT, *voices, settings(mode="temp", split_word="home"))
    assert [word.word for word in spoken.words] == ["go", "home"]
    assert spoken.split_frame == spoken.words[1].start_frame
    assert spoken.durations.sum() == spoken.mel.shape[1] == spoken.mu.shape[1]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"speaker1": 3}, "speaker1: 3 is none of this checkpoint's; it has 3 speakers, 0 to 2"),
        ({"speaker2": 99}, "speaker2: 99 is none"),
        ({"speaker1": None}, "speaker1 is missing"),
        ({"cfg_pitch": 2.0}, "cfg_pitch: a Grad-TTS checkpoint attends to no reference"),
        ({"attend": "weighted"}, "attend: a Grad-TTS"),
        ({"mode": "temp", "guidance": GuidanceSettings(objective="simultaneous")}, "'simultaneous' cannot"),
        ({"guidance": GuidanceSettings(layers=(6,))}, r"layers \[6\] do not exist"),
    ],
)
def test_settings_that_do_not_fit(synthesizer, voices, changes, message):
    with pytest.raises(InterpError, match=message):
        synthesizer(TEXT, *voices, settings(**changes))


def test_one_speaker_is_not_blended_and_says_so(tmp_path, voices):
    alone = Synthesizer.load(save(tmp_path / "one.pt", build(n_spks=1)), "cpu")
    spoken = alone(TEXT, *voices, settings())
    assert any("nothing is blended" in note for note in spoken.notes)
    assert np.array_equal(spoken.mel, alone(TEXT, *voices, settings(speaker1=None, speaker2=None)).mel)


def test_an_encoder_that_hears_speakers_hears_speaker_2(tmp_path, voices):
    hears = Synthesizer.load(save(tmp_path / "h.pt", build(encoder=replace(ENCODER, spk_emb_dim=4))), "cpu")
    one, other, third = (
        hears(TEXT, *voices, settings(speaker1=a, speaker2=b)).mu for a, b in ((0, 1), (2, 1), (0, 2))
    )
    assert np.array_equal(one, other)
    assert one.shape != third.shape or not np.array_equal(one, third)


def test_a_torch_file_is_known_by_its_content_too(tmp_path):
    model = build()
    loaded = load_checkpoint(save(tmp_path / "weights.ckpt", model)).model
    assert all(torch.equal(w, loaded.state_dict()[name]) for name, w in model.state_dict().items())
    assert not any(p.requires_grad for p in loaded.parameters())


def test_only_the_old_checkpoint_has_unscaled_time(tmp_path):
    scales = [
        load_checkpoint(save(tmp_path / name, build())).model.estimator.config.pe_scale
        for name in ("grad-tts-old.pt", "grad-tts.pt")
    ]
    assert scales == [1.0, 1000.0]


@pytest.mark.parametrize(
    ("encoder", "message"),
    [
        (replace(ENCODER, n_vocab=60), "60 symbols and 80 mel bins, 149"),
        (replace(ENCODER, n_feats=40), "149 symbols and 40 mel bins, 149"),
    ],
)
def test_a_grad_tts_of_other_symbols_or_mels_is_refused(tmp_path, encoder, message):
    with pytest.raises(InterpError, match=message):
        load_checkpoint(save(tmp_path / "other.pt", build(encoder=encoder)))


def test_a_file_that_is_no_checkpoint(tmp_path):
    (tmp_path / "x.pt").write_text("hello")
    with pytest.raises(InterpError, match=r"x.pt: cannot be read"):
        load_checkpoint(tmp_path / "x.pt")


def test_a_mel_that_is_not_finite_is_an_error_not_a_file(synthesizer, voices):
    with pytest.raises(InterpError, match="not finite after 2 steps of ode dpmpp2"):
        synthesizer(TEXT, *voices, settings(sampler="ode", solver="dpmpp2"))


def test_the_command_line_speaks_and_reports(synthesizer, voices, tmp_path):
    def command(speaker1):
        given = ("--set", f"speaker1={speaker1}", "--set", "speaker2=1", "-t", 2, "--no-guidance", "--quiet")
        given = (*given, "--sampler", "sde", "--solver", "euler")
        files = ("-c", synthesizer.checkpoint.path, "--ref1", voices[0], "--ref2", voices[1])
        out = ("--text", TEXT, "--out", tmp_path / "out.wav", "--report", tmp_path / "report")
        return CliRunner().invoke(main, [str(part) for part in ("synth", *files, *given, *out)])

    refused = command(3)
    assert (refused.exit_code, (tmp_path / "out.wav").exists()) == (2, False)
    assert "3 is none of this checkpoint's" in refused.stderr
    assert command(2).exit_code == 0
    report = json.loads((tmp_path / "report" / "report.json").read_text())
    assert report["seconds_audio"] == pytest.approx(soundfile.info(tmp_path / "out.wav").duration)
    assert any("speakers 2 and 1 blended" in note for note in report["notes"])
