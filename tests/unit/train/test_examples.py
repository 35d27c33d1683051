from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.stats import chi2_contingency

from interp.train.examples import ExampleDrawer, ExampleShares, frame_indices
from masks.errors import InterpError

FRAMES, REF_FRAMES = 16, 12
SEMITONE = np.log(2) / 12


def draw(bank, n, seed=0, **shares):
    drawer = ExampleDrawer(bank, ExampleShares(**shares), FRAMES, REF_FRAMES)
    rng = np.random.default_rng(seed)
    return [drawer.draw(rng) for _ in range(n)]


@pytest.fixture(scope="module")
def ambiguous(bank):
    return draw(bank, 2000, factorised=0.0, switched=0.0)


@pytest.fixture(scope="module")
def factorised(bank):
    return draw(bank, 600, factorised=1.0, switched=0.0, dropped=0.0)


@pytest.fixture(scope="module")
def switched(bank):
    return draw(bank, 300, factorised=0.0, switched=1.0)


def same_voice(bank, a, b):
    return bank.voice_id[a] == bank.voice_id[b]


def other_voice(bank, a, b):
    return bank.speaker_id[a] != bank.speaker_id[b] or abs(bank.ratio[a] - bank.ratio[b]) > 0.12


def distance(bank, a, b):
    return abs(bank.log_f0[a] - bank.log_f0[b])


def test_the_source_of_pitch_says_nothing_of_the_source_of_the_rest(ambiguous):
    table = np.zeros((2, 2))
    for plan in ambiguous:
        table[plan.pitch_from[0], plan.rest_from[0]] += 1
    shares = table / table.sum()
    assert np.allclose(shares.sum(0), 0.5, atol=0.035)
    assert np.allclose(shares.sum(1), 0.5, atol=0.035)
    assert np.allclose(shares, 0.25, atol=0.035)
    assert chi2_contingency(table).pvalue > 0.01


def test_ambiguous_sources_are_what_the_plan_says(bank, ambiguous):
    for plan in ambiguous:
        for ref, item in enumerate(plan.refs):
            is_pitch, is_rest = plan.pitch_from[0] == ref, plan.rest_from[0] == ref
            near = distance(bank, plan.target, item)
            assert near < 0.5 * SEMITONE if is_pitch else near > 3 * SEMITONE
            check = same_voice if is_rest else other_voice
            assert check(bank, plan.target, item)
            assert bank.prompt_id[item] != bank.prompt_id[plan.target]


def test_ambiguous_references_differ_from_each_other(bank, ambiguous):
    for plan in ambiguous:
        assert distance(bank, *plan.refs) > 3 * SEMITONE
        assert other_voice(bank, *plan.refs)


def test_everything_ambiguous_is_open_and_counts(ambiguous):
    assert all(plan.visible == (True,) * 4 + (False,) and plan.counts for plan in ambiguous)
    assert all(plan.switch == FRAMES and plan.target == plan.after for plan in ambiguous)


def test_factorised_opens_the_pitch_of_one_and_the_rest_of_one(bank, factorised):
    for plan in factorised:
        assert sum(plan.visible) == 2
        (pitch,) = (r for r in (0, 1) if plan.visible[2 * r])
        (rest,) = (r for r in (0, 1) if plan.visible[2 * r + 1])
        assert (pitch, rest) == (plan.pitch_from[0], plan.rest_from[0])
        assert distance(bank, plan.target, plan.refs[pitch]) < 0.5 * SEMITONE
        assert same_voice(bank, plan.target, plan.refs[rest])
        if pitch != rest:
            assert other_voice(bank, plan.target, plan.refs[pitch])
            assert distance(bank, plan.target, plan.refs[rest]) > 3 * SEMITONE
        assert not plan.counts


def test_shares_of_factorised_examples(bank, factorised):
    single = [p for p in factorised if p.pitch_from == p.rest_from]
    assert len(single) / len(factorised) == pytest.approx(0.25, abs=0.05)
    pairs = [p for p in factorised if p.pitch_from != p.rest_from]
    prompts = [bank.prompt_id[p.refs[p.pitch_from[0]]] == bank.prompt_id[p.target] for p in pairs]
    assert np.mean(prompts) == pytest.approx(0.3, abs=0.06)


def test_references_come_in_either_order(ambiguous, factorised):
    for plans in (ambiguous, factorised):
        assert np.mean([p.pitch_from[0] for p in plans]) == pytest.approx(0.5, abs=0.06)
        assert np.mean([p.rest_from[0] for p in plans]) == pytest.approx(0.5, abs=0.06)


def test_dropped_groups_are_closed(bank):
    plans = draw(bank, 600, factorised=1.0, switched=0.0, dropped=1.0)
    pitch = np.array([p.visible[0] or p.visible[2] for p in plans])
    rest = np.array([p.visible[1] or p.visible[3] for p in plans])
    assert not (pitch & rest).any()
    for kind in (pitch, rest, ~pitch & ~rest):
        assert kind.mean() == pytest.approx(1 / 3, abs=0.06)


def test_switched_changes_its_source_at_the_switch(bank, switched):
    for plan in switched:
        before, after = plan.pitch_from
        assert plan.rest_from == plan.pitch_from
        assert after == 1 - before
        for item, ref in ((plan.target, plan.refs[before]), (plan.after, plan.refs[after])):
            assert same_voice(bank, item, ref)
            assert distance(bank, item, ref) < 0.5 * SEMITONE
        assert bank.prompt_id[plan.target] == bank.prompt_id[plan.after]
        assert other_voice(bank, plan.target, plan.after)
        assert distance(bank, plan.target, plan.after) > 3 * SEMITONE
    assert np.mean([p.pitch_from[0] for p in switched]) == pytest.approx(0.5, abs=0.1)


def test_switched_changes_where_a_phone_begins_in_both(bank, switched):
    for plan in switched:
        assert plan.starts[0] >= 0
        assert plan.starts[0] + plan.switch in bank.boundaries[plan.target]
        assert plan.starts[1] in bank.boundaries[plan.after]
        assert 0 < plan.switch < FRAMES


def test_shares_of_kinds(bank):
    plans = draw(bank, 1500)
    n_switched = sum(p.target != p.after for p in plans)
    n_factorised = sum(not p.counts for p in plans)
    assert n_factorised / 1500 == pytest.approx(0.4, abs=0.04)
    assert n_switched / 1500 == pytest.approx(0.12, abs=0.03)


def subset(bank, keep):
    """The same bank with these items alone; frames stay where they are."""
    names = ["voice_id", "speaker_id", "ratio", "log_f0", "prompt_id", "recording_id", "wide", "contour"]
    arrays = {name: getattr(bank, name)[keep] for name in (*names, "starts", "mu_starts", "lengths")}
    boundaries = tuple(bank.boundaries[i] for i in np.flatnonzero(keep))
    return replace(bank, **arrays, voice=bank.voice[torch.from_numpy(keep)], boundaries=boundaries)


@pytest.mark.parametrize(
    ("lack", "says"),
    [
        (lambda b: b.voice_id == b.voice_id[0], "12 items of 1 speaker, 1 voice and 4 sentences"),
        (lambda b: b.prompt_id == b.prompt_id[0], "18 items of 3 speakers, 6 voices and 1 sentence"),
        (lambda b: np.abs(b.log_f0 - b.log_f0[0]) < 0.1, "24 items of 3 speakers, 6 voices and 4 sentences"),
    ],
    ids=["one voice", "one sentence", "one pitch"],
)
def test_a_bank_without_partners_is_told_and_not_searched_for_ever(bank, monkeypatch, lack, says):
    monkeypatch.setattr("interp.train.examples.MOST_TRIES", 50)
    with pytest.raises(InterpError, match=f"{says}.*data.variants"):
        draw(subset(bank, lack(bank)), 1, switched=0.0)


def test_a_kind_without_partners_falls_back_to_another(bank):
    parallel_lacks = np.array([p == s for p, s in zip(bank.prompt_id % 3, bank.speaker_id, strict=True)])
    plans = draw(subset(bank, parallel_lacks & (bank.ratio == 1.0)), 60, factorised=0.4, switched=0.5)
    assert not any(p.target != p.after for p in plans)
    assert len({p.counts for p in plans}) == 2


def test_a_recording_of_one_phone_is_not_switched(bank):
    one_phone = replace(bank, boundaries=tuple(b[:1] for b in bank.boundaries))
    plans = draw(one_phone, 20, factorised=0.0, switched=0.9)
    assert all(plan.target == plan.after for plan in plans)
    nothing = replace(bank, boundaries=tuple(b[:0] for b in bank.boundaries))
    assert all(plan.target == plan.after for plan in draw(nothing, 20, factorised=0.0, switched=0.9))


def test_the_same_generator_gives_the_same_plans(bank):
    assert draw(bank, 20, seed=3) == draw(bank, 20, seed=3) != draw(bank, 20, seed=4)


def test_frames_stay_within_their_item(bank):
    items, starts = np.array([0, 1]), np.array([-2, bank.lengths[1] - 3])
    within, real = frame_indices(items, starts, bank, 6)
    assert within[0].tolist() == [0, 0, 0, 1, 2, 3]
    assert real.tolist() == [[False] * 2 + [True] * 4, [True] * 3 + [False] * 3]
    assert within[1].max() == bank.lengths[1] - 1
