"""An experiment's file, and the cases drawn by it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner

from interp.audio.pitch_statistics import semitones
from interp.cli import main
from interp.experiment.draw import draw_trials
from interp.experiment.plan import arms_of, trials_of
from interp.experiment.spec import CasesSpec, read_experiment
from interp.experiment.trial import Trial
from masks.errors import InterpError

ROOT = Path(__file__).resolve().parents[3]
CONFIGS = sorted((ROOT / "configs" / "eval").glob("*.yaml"))
GENDERS = {"a": "male", "b": "female", "c": "male", "d": "female"}
TEXT = "Seven words are in each of these {}."


@pytest.fixture(scope="session")
def corpus(tmp_path_factory):
    """Four speakers at 100, 130, 170 and 200 Hz who read the same four sentences, one of them in training."""
    folder = tmp_path_factory.mktemp("corpus")
    lines = ["path,speaker,utterance,text,split,seconds"]
    for speaker, f0_hz in zip("abcd", (100, 130, 170, 200), strict=True):
        t = np.arange(int(1.1 * 16000)) / 16000
        wav = 0.1 * sum(np.sin(2 * np.pi * h * f0_hz * t) / h for h in range(1, 9))
        for i, word in enumerate(("cats", "dogs", "birds", "fish")):
            name = f"{speaker}_{i}.wav"
            soundfile.write(folder / name, wav, 16000)
            lines.append(f"{name},{speaker},u{i},{TEXT.format(word)},{'train' if i == 3 else 'test'},1.1")
    (folder / "metadata.csv").write_text("\n".join(lines) + "\n")
    return folder


def test_cases_are_what_was_asked_for(corpus):
    spec = CasesSpec(count=12, same_gender=0.25, genders=GENDERS)
    trials = draw_trials(corpus, spec, 4.0)
    words = enumerate(("cats", "dogs", "birds"))
    text_of = {f"{s}_{i}.wav": TEXT.format(word) for i, word in words for s in "abcd"}
    levels = dict(zip("abcd", (100, 130, 170, 200), strict=True))
    assert len({t.seed for t in trials}) == 12
    assert sum(t.same_gender for t in trials) == 3
    for t in trials:
        speakers = [path.name[0] for path in t.refs]
        assert abs(semitones(*(levels[s] for s in speakers))) > 3
        assert t.same_gender == (GENDERS[speakers[0]] == GENDERS[speakers[1]])
        assert [t.ref1_text, t.ref2_text] == [text_of[path.name] for path in t.refs]
        assert t.text not in (t.ref1_text, t.ref2_text)
        assert "fish" not in t.text


def test_more_cases_begin_with_the_same(corpus):
    spec = {"same_gender": 0.25, "genders": GENDERS}
    few, many = (draw_trials(corpus, CasesSpec(count=n, **spec), 4.0) for n in (3, 5))
    assert many[:3] == few
    assert draw_trials(corpus, CasesSpec(count=3, seed=1, **spec), 4.0) != few


def test_several_seeds_and_a_reference_of_the_same_words(corpus):
    spec = CasesSpec(count=2, seeds_per_pair=3, ref1_says="same", same_gender=0, genders=GENDERS)
    trials = draw_trials(corpus, spec, 4.0)
    assert [t.pair for t in trials] == [1, 1, 1, 2, 2, 2]
    assert len({(t.ref1, t.ref2) for t in trials}) <= 2
    assert len({t.seed for t in trials}) == len({t.name for t in trials}) == 6
    assert all(t.ref1_text == t.text != t.ref2_text for t in trials)


def test_references_are_by_the_speakers_asked_for(corpus):
    trials = draw_trials(corpus, CasesSpec(count=6, same_gender=0, genders=GENDERS, speakers=("[ab]",)), 4.0)
    assert {path.name[0] for t in trials for path in t.refs} == {"a", "b"}
    with pytest.raises(InterpError, match="no recording of speaker 'x'"):
        draw_trials(corpus, CasesSpec(genders=GENDERS, speakers=("a", "x")), 4.0)


def test_what_cannot_be_drawn_is_said(corpus, monkeypatch):
    monkeypatch.setattr("interp.experiment.draw.TRIES", 20)
    spec = CasesSpec(count=1, least_semitones=30, genders=GENDERS)
    with pytest.raises(InterpError, match="lower least_semitones"):
        draw_trials(corpus, spec, 4.0)
    with pytest.raises(InterpError, match="0 test sentences of 99 words"):
        draw_trials(corpus, CasesSpec(fewest_words=99), 4.0)


def test_drawn_cases_are_kept(corpus, tmp_path, monkeypatch):
    file = tmp_path / "x.yaml"
    file.write_text(
        f"runs: {tmp_path}/runs\ndocs: {tmp_path}/docs\ncorpus: {corpus}\nconditions: {{guided: {{}}}}\n"
        f"cases: {{count: 2, same_gender: 0, genders: {{a: male, b: female, c: male, d: female}}}}\n"
    )
    first = trials_of(read_experiment(file), file)
    monkeypatch.setattr("interp.experiment.plan.draw_trials", lambda *_: pytest.fail("drawn again"))
    assert trials_of(read_experiment(file), file) == first
    monkeypatch.setattr("interp.experiment.plan.draw_trials", lambda *_: ())
    assert trials_of(read_experiment(file, ["cases.count=3"]), file) == ()


def test_listed_cases_lie_beside_the_file(tmp_path):
    file = tmp_path / "x.yaml"
    file.write_text(
        "runs: r\ndocs: d\nconditions: {guided: {}}\n"
        "cases: {listed: [{text: Hi., ref1: a.wav, ref2: b.wav, seed: 5, same_gender: true}]}\n"
    )
    (found,) = trials_of(read_experiment(file), file)
    assert found == Trial("0001", 1, "Hi.", tmp_path / "a.wav", tmp_path / "b.wav", 5, True)


@pytest.mark.parametrize("path", CONFIGS, ids=lambda p: p.stem)
def test_shipped_experiments_are_in_order(path):
    spec = read_experiment(path, ["corpus=somewhere"])
    arms = arms_of(spec, str(path))
    assert {arm.name for arm in arms} == set(spec.conditions)
    assert spec.runs.name == spec.docs.name == path.stem


def test_a_conditions_own_settings_lie_between_the_experiments_and_the_files(tmp_path):
    file = tmp_path / "x.yaml"
    file.write_text(
        "runs: r\ndocs: d\ncorpus: c\nbase: {cfg_pitch: 3, n_timesteps: 9, guidance: {gamma: 2}}\n"
        "conditions:\n  cfg_pitch: {}\n  mine: {base: cfg_pitch, set: {cfg_pitch: 4, guidance.epochs: 3}}\n"
    )
    own, mine = (a.settings for a in arms_of(read_experiment(file), "x"))
    assert (own.cfg_pitch, own.n_timesteps, own.guidance.gamma, own.guidance.enabled) == (2, 9, 2, False)
    assert (mine.cfg_pitch, mine.guidance.epochs, mine.guidance.gamma) == (4, 3, 2)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("conditions: {guided: {}}", "add --set corpus=FOLDER"),
        ("corpus: c\nconditions: {}", "give at least one"),
        ("corpus: c\nconditions: {guidde: {}}", "did you mean guided"),
        ("corpus: c\nconditions: {a/b: {base: guided}}", "names a folder"),
        ("corpus: c\nconditions: {guided: {set: {guidance.gama: 1}}}", "did you mean guidance.gamma"),
        ("corpus: c\nconditions: {masked: {set: {guidance.enabled: true}}}", "fixes the attention masses"),
    ],
)  # fmt: skip
def test_mistakes_are_one_line(tmp_path, text, said):
    file = tmp_path / "x.yaml"
    file.write_text(f"runs: {tmp_path}/r\ndocs: {tmp_path}/d\n{text}\n")
    result, alias = (
        CliRunner().invoke(main, [*command, str(file)])
        for command in (["experiment"], ["eval", "--experiment"])
    )
    assert alias.stderr == result.stderr
    assert result.exit_code == alias.exit_code == 2
    assert said in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "TARGET: is missing"),
        (["x.wav", "--experiment", "y.yaml"], "one of them"),
        (["x.wav", "--set", "a=1"], "--set: belongs to an experiment"),
        (["x.wav", "--stage", "all"], "--stage: belongs to an experiment"),
        (["--experiment", "y.yaml", "--ref1", "a.wav"], "--ref1: belongs to TARGET"),
        (["--experiment", "y.yaml", "--measures", "all"], "--measures: belongs to TARGET"),
    ],
)
def test_options_that_do_not_go_together(arguments, said):
    result = CliRunner().invoke(main, ["eval", *arguments])
    assert result.exit_code == 2
    assert said in result.stderr
