"""A plan holds every point, refuses what cannot run before anything runs, and knows its inputs."""

import shutil
from dataclasses import replace

import pytest
from sweep_fakes import SPEC, plan_of

from interp.sweep.planning import make_plan
from interp.sweep.spec import read_spec
from interp.system.shipped import data_path
from masks.errors import InterpError


def test_every_setting_is_spoken_with_every_sentence_and_seed(tmp_path):
    plan = plan_of(tmp_path)
    assert len(plan.points) == (1 + 3 * 2) * 2 * 2
    assert plan.n_settings == 7
    assert [p.number for p in plan.points] == list(range(1, 29))
    last = plan.points[-1]
    assert (last.settings.guidance.gamma, last.settings.guidance.t_tal1, last.settings.guidance.t_tal2) == (
        2,
        0.3,
        0.6,
    )
    assert (last.text, last.settings.seed) == ("He left.", 7)
    assert [p.baseline for p in plan.points] == [True] * 4 + [False] * 24


def test_a_batch_holds_equal_settings_and_no_more_than_asked_for(tmp_path):
    plan = plan_of(tmp_path, SPEC + "batch: 3\n")
    batches = plan.batches()
    assert sorted(p.number for b in batches for p in b.points) == [p.number for p in plan.points]
    assert all(len({p.shared_settings for p in b.points}) == 1 for b in batches)
    assert {len(b.points) for b in batches} == {2}  # four points by at most three: two and two
    assert [p.number for b in plan.batches([3, 9]) for p in b.points] == [3, 9]


def test_a_combination_may_choose_its_own_sentence_seed_and_references(tmp_path):
    for name in ("one.wav", "two.wav"):
        shutil.copy(data_path("resources/demo_ref1.wav"), tmp_path / name)
    plan = plan_of(
        tmp_path,
        "sentences: [The sun rose.]\n"
        "list: [{sentence: He left., seed: 5}, {references: [one.wav, two.wav]}]\n",
    )
    own, pair = plan.points
    assert (own.text, own.settings.seed) == ("He left.", 5)
    assert (pair.text, pair.ref1, pair.ref2) == ("The sun rose.", tmp_path / "one.wav", tmp_path / "two.wav")


def test_the_same_point_named_twice_is_one(tmp_path):
    plan = plan_of(
        tmp_path, "sentences: [He left.]\ngrid: {guidance.gamma: [1, 2]}\nlist: [{guidance.gamma: 2}]\n"
    )
    assert [p.settings.guidance.gamma for p in plan.points] == [1, 2]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("grdi: {guidance.gamma: [1]}", "grdi: unknown key, did you mean grid?"),
        ("grid: {gamma: [1]}", "gamma: unknown setting, did you mean guidance.gamma?"),
        ("grid: {guidance.gama: [1]}", "guidance.gama: unknown setting, did you mean guidance.gamma?"),
        ("base: {n_timestep: 3}", "did you mean n_timesteps?"),
        ("grid: {guidance.gamma: [1, -1]}", "gamma: -1"),
        ("grid: {tau: [[0.5, 0.2]]}", "t_tal1 0.5 is after t_tal2 0.2"),
        ("grid: {tau: [0.5]}", "tau: 0.5 is not a pair"),
        ("grid: {tau: [[0.1, 0.2]], guidance.t_tal1: [0.1]}", "both are given"),
        ("grid: {guidance.objective: [mached]}", "mached"),
        ("seeds: [-1]", "seeds: -1 is not allowed"),
        ("references: [[none.wav, none.wav]]", "none.wav"),
        ("base: {checkpoint: none.safetensors}", "none.safetensors"),
        ("base: {vocoder: nono}", "nono"),
        ("best: {figure: pitch.medain_hz}", "did you mean pitch.median_hz?"),
        ("measures: [pich]", "did you mean pitch?"),
    ],
)
def test_what_cannot_run_is_refused_before_anything_runs(tmp_path, text, said):
    with pytest.raises(InterpError) as error:
        plan_of(tmp_path, "sentences: [He left.]\n" + text)
    assert said in str(error.value)
    assert "tiny.yaml" in str(error.value)


def test_all_mistakes_come_at_once_and_each_only_once(tmp_path):
    with pytest.raises(InterpError) as error:
        plan_of(
            tmp_path,
            "sentences: [He left.]\ngrid: {guidance.gamma: [1, -1], n_timesteps: [2, 0]}\nbase: {sede: 1}",
        )
    said = str(error.value)
    assert said.count("gamma: -1") == said.count("sede: unknown setting, did you mean seed?") == 1
    assert "n_timesteps: 0" in said


def test_a_text_without_a_word_is_refused(tmp_path):
    with pytest.raises(InterpError, match=r"tiny\.yaml"):
        plan_of(tmp_path, 'sentences: ["...", He left.]')


@pytest.mark.parametrize(
    "changed",
    [
        SPEC.replace("[0.5, 1, 2]", "[0.5, 1, 3]"),
        SPEC.replace("[0, 7]", "[0, 8]"),
        SPEC.replace("He left", "She left"),
        SPEC + "base: {n_timesteps: 5}\n",
        SPEC + "measures: [pitch, energy]\n",
        SPEC.replace("enabled: false", "enabled: true"),
    ],
)
def test_a_change_of_anything_that_decides_results_changes_the_fingerprint(tmp_path, changed):
    assert plan_of(tmp_path).fingerprint != plan_of(tmp_path, changed).fingerprint


def test_what_does_not_decide_results_leaves_the_fingerprint(tmp_path):
    assert (
        plan_of(tmp_path).fingerprint == plan_of(tmp_path, SPEC + "keep_audio: true\nbatch: 2\n").fingerprint
    )


def test_another_checkpoint_of_the_same_name_is_another_sweep(tmp_path):
    plan = plan_of(tmp_path)
    points = tuple(replace(p, checkpoint_sha256="0" * 64) for p in plan.points)
    assert replace(plan, points=points).fingerprint != plan.fingerprint


def test_the_shipped_sweep_has_a_hundred_settings_of_five_sentences_and_two_seeds():
    plan = make_plan(read_spec(data_path("configs/sweeps/gamma_tau.yaml")))
    assert plan.n_settings == 101
    assert sum(p.baseline for p in plan.points) == 10
    assert len({p.text for p in plan.points}) == 5
    assert len({p.settings.seed for p in plan.points}) == 2
    assert len(plan.points) == 1010
