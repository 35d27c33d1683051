"""`interp synth` as a user meets it, on a fake engine: what it asks for, writes, prints and refuses."""

import re

import pytest
import soundfile

from interp.settings.synth import SynthSettings

TEXT = ("--text", "The boy was there.")


def test_one_sentence(interp, calls, voices, tmp_path):
    a, b = voices
    result = interp("synth", "--ref1", a, "--ref2", b, *TEXT, "--out", tmp_path / "o" / "x.wav")
    assert result.exit_code == 0, result.output
    assert result.stdout == f"{tmp_path / 'o' / 'x.wav'}\n"
    assert re.search(r"0\.70 s of speech in 1\.4 s, real-time factor 2\.0", result.stderr)
    found = soundfile.info(tmp_path / "o" / "x.wav")
    assert (found.samplerate, found.channels, found.subtype) == (22050, 1, "PCM_16")
    assert calls == [("The boy was there.", a, b, SynthSettings(), False)]


def test_every_option_reaches_its_setting(interp, calls, tmp_path):
    options = {
        "--mode": "temp",
        "--timesteps": 7,
        "--seed": 3,
        "--temperature": 1.5,
        "--length-scale": 1.2,
        "--objective": "simultaneous",
        "--scope": "initial",
        "--gamma": 0.5,
        "--t-tal1": 0.1,
        "--t-tal2": 0.4,
        "--epochs": 2,
        "--split": 0.3,
        "--split-word": "was",
        "--crossfade": 0.2,
        "--sampler": "ode",
        "--solver": "dpmpp2",
        "--device": "cpu",
        "--attend": "weighted",
        "--cfg-pitch": 1.5,
        "--cfg-rest": 2,
        "--step-share": 0.01,
        "--layers": "3,5",
        "--vocoder": "griffin-lim",
        "--set": "guidance.max_halvings=5",
    }
    flat = [part for option in options.items() for part in option]
    result = interp("synth", *TEXT, *flat, "--no-guidance", "--out", tmp_path / "o.wav")
    assert result.exit_code == 0, result.output
    settings, guidance = calls[0][3], calls[0][3].guidance
    assert (settings.mode, settings.n_timesteps, settings.seed) == ("temp", 7, 3)
    assert (settings.temperature, settings.length_scale) == (1.5, 1.2)
    assert (settings.split, settings.split_word, settings.crossfade_s) == (0.3, "was", 0.2)
    assert (settings.sampler, settings.solver, settings.device) == ("ode", "dpmpp2", "cpu")
    assert (settings.attend, settings.cfg_pitch, settings.cfg_rest) == ("weighted", 1.5, 2.0)
    assert (guidance.objective, guidance.scope, guidance.gamma) == ("simultaneous", "initial", 0.5)
    assert (guidance.t_tal1, guidance.t_tal2, guidance.epochs) == (0.1, 0.4, 2)
    assert (guidance.step_share, guidance.layers, guidance.max_halvings) == (0.01, (3, 5), 5)
    assert not guidance.enabled


def test_option_beats_set_beats_config(interp, calls, tmp_path):
    (tmp_path / "c.yaml").write_text("seed: 1\nn_timesteps: 11\nguidance:\n  gamma: 3\n")
    flags = ("--config", tmp_path / "c.yaml", "--set", "seed=2", "--set", "n_timesteps=12", "--seed", 5)
    assert interp("synth", *TEXT, *flags, "-o", tmp_path / "o.wav").exit_code == 0
    settings = calls[0][3]
    assert (settings.seed, settings.n_timesteps, settings.guidance.gamma) == (5, 12, 3.0)


def test_demo_without_anything(interp, calls, tmp_path):
    assert interp("synth", "--mode", "temp", "--out-dir", tmp_path).exit_code == 0
    text, ref1, ref2, settings, _ = calls[0]
    assert (ref1.name, ref2.name) == ("demo_ref1.wav", "demo_ref2.wav")
    assert text
    assert settings.guidance.objective == "temp"
    assert (tmp_path / "out.wav").is_file()


def test_text_from_stdin(interp, calls, voices, tmp_path):
    arguments = ("synth", "--ref1", voices[0], "--ref2", voices[1], "-o", tmp_path / "o.wav")
    assert interp(*arguments, input="Good morning.\n").exit_code == 0
    assert calls[0][0] == "Good morning.\n"


def test_file_list(interp, calls, voices, tmp_path):
    (tmp_path / "list.txt").write_text("One.|a.wav|b.wav\nOne.|a.wav|b.wav|temp\n")
    result = interp(
        "synth", "-f", tmp_path / "list.txt", "--out-dir", tmp_path / "o", "--report", tmp_path / "r"
    )
    assert result.exit_code == 0, result.output
    names = ["list_001.wav", "list_002.wav"]
    assert result.stdout.splitlines() == [str(tmp_path / "o" / name) for name in names]
    assert sorted(p.name for p in (tmp_path / "o").iterdir()) == names
    assert [call[3].mode for call in calls] == ["freq", "temp"]
    assert (tmp_path / "r/list_002/report.json").is_file()


def test_shipped_file_list_is_sound():
    from pathlib import Path

    from interp.cli.job_list import jobs_of_list
    from interp.system.shipped import data_path

    jobs, _ = jobs_of_list(data_path("resources/filelists/synthesis.txt"), Path("out"))
    assert len(jobs) == 3


def test_notes_go_to_stderr_and_quiet_silences_them(interp, calls, tmp_path):
    from spoken import write_voice

    a, b = write_voice(tmp_path / "long.wav", seconds=11.0), write_voice(tmp_path / "b.wav", rate=44100)
    arguments = ("synth", "--ref1", a, "--ref2", b, *TEXT, "-o", tmp_path / "o.wav")
    loud, quiet = interp(*arguments), interp(*arguments, "--quiet")
    assert "11.0 s long; the 10 s with the most sound are used" in loud.stderr
    assert "resampled from 44100 Hz" in loud.stderr
    assert quiet.stderr == ""
    assert quiet.stdout == loud.stdout == f"{tmp_path / 'o.wav'}\n"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--timesteps", "0"), "n_timesteps: 0 is not allowed, it must be 1 to 1000"),
        (("--gamma", "-1"), "gamma: -1"),
        (("--t-tal1", "0.9"), "t_tal1 0.9 is after t_tal2"),
        (("--temperature", "nan"), "temperature: nan"),
        (("--timesteps", "many"), "'many' is not a valid integer"),
        (("--mode", "both"), "'both' is not one of"),
        (("--objectiv", "x"), "No such option"),
        (("--set", "gama=1"), "did you mean guidance.gamma?"),
        (("--set", "seed"), "not key=value"),
        (("--config", "none.yaml"), "none.yaml: cannot be read"),
        (("--attend", "masked"), "--no-guidance"),
        (("--layers", "first"), "guidance.layers: 'first'"),
        (("--vocoder", "hifi"), "'hifi' is not one of 'griffin-lim', 'neural'"),
        (("--set", "vocoder=hifi"), "vocoder: 'hifi' is not one of griffin-lim, neural"),
        (("--out", "w.xyz"), "--out: w.xyz ends in .xyz, allowed: .wav, .flac, .ogg"),
        (("--out", "w"), "--out: w has no ending, allowed: .wav, .flac, .ogg"),
        (("--ref1", "x.wav", "--ref2", "y.wav", "--report", "r/s", "--out", "o/o.wav"), "no such file"),
        (("--ref1", "x.wav", "--ref2", "y.wav"), "x.wav: no such file"),
        (("-c", "none.safetensors"), "none.safetensors: no such checkpoint"),
        (("-f", "list.txt"), "--text: not together with --file-list"),
        (("--text", " "), "--text: is empty"),
    ],
)
def test_mistakes_are_one_line_and_exit_2(interp, calls, tmp_path, monkeypatch, arguments, says):
    monkeypatch.chdir(tmp_path)
    result = interp("synth", *TEXT, *arguments)
    assert result.exit_code == 2
    assert says in result.stderr
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert result.stderr.startswith("interp: ")
    assert list(tmp_path.iterdir()) == []


def test_mistakes_of_a_configuration_come_at_once(interp, calls, tmp_path):
    (tmp_path / "c.yaml").write_text("n_timestep: 3\nseed: x\nguidance: {gamma: -1}\n")
    result = interp("synth", *TEXT, "--config", tmp_path / "c.yaml")
    assert result.exit_code == 2
    assert all(
        word in result.stderr for word in ("c.yaml: 3 mistakes", "n_timesteps?", "seed: 'x'", "gamma: -1")
    )


@pytest.mark.parametrize(("name", "kind"), [("o.flac", "FLAC"), ("o.OGG", "OGG")])
def test_the_ending_says_the_kind_of_file(interp, calls, tmp_path, name, kind):
    result = interp("synth", *TEXT, "--out", tmp_path / name)
    assert result.exit_code == 0, result.output
    found = soundfile.info(tmp_path / name)
    assert (found.format, found.samplerate) == (kind, 22050)


@pytest.mark.parametrize(("given", "missing"), [("--ref1", "--ref2"), ("--ref2", "--ref1")])
def test_a_reference_that_is_not_given_is_a_demo_voice_and_told(
    interp, calls, voices, tmp_path, given, missing
):
    arguments = ("synth", *TEXT, given, voices[0], "-o", tmp_path / "o.wav")
    result = interp(*arguments)
    assert result.exit_code == 0, result.output
    names = {"--ref1": calls[0][1].name, "--ref2": calls[0][2].name}
    assert names == {given: "a.wav", missing: f"demo_{missing[2:]}.wav"}
    assert f"note: {missing}: not given, the demo voice demo_{missing[2:]}.wav is used" in result.stderr
    assert interp(*arguments, "--quiet").stderr == ""


def test_the_layers_in_the_help_are_layers_of_the_default_model(interp):
    from guidance.layers import resolve_layers
    from interp.estimators.bin.config import BinConfig

    example = re.search(
        r"second-half,? or (\d+(?:,\d+)+)", " ".join(interp("synth", "--help").output.split())
    )
    layers = tuple(int(part) for part in example[1].split(","))
    assert resolve_layers(layers, len(BinConfig().cross_layers)) == layers


@pytest.mark.parametrize("option", ["--out", "--out-dir", "--report"])
def test_folder_that_cannot_be_written_is_told_before_work(interp, calls, tmp_path, monkeypatch, option):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").touch()
    result = interp("synth", *TEXT, option, f"file/sub{'/o.wav' if option == '--out' else ''}")
    assert result.exit_code == 2
    assert "cannot be written" in result.stderr
    assert calls == []


def test_a_list_that_fails_names_its_line_and_keeps_what_is_done(interp, calls, voices, tmp_path):
    (tmp_path / "bad.wav").write_text("not sound")
    (tmp_path / "list.txt").write_text("One.|a.wav|b.wav\nTwo.|a.wav|bad.wav\n")
    result = interp("synth", "-f", tmp_path / "list.txt", "--out-dir", tmp_path / "o", "--quiet")
    assert result.exit_code == 2
    assert "list.txt line 2: " in result.stderr
    assert "bad.wav: not readable as sound" in result.stderr
    assert [p.name for p in (tmp_path / "o").iterdir()] == ["list_001.wav"]
