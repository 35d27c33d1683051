from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chi2_contingency

from interp.train.examples import ExampleDrawer, ExampleShares, frame_indices

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
    assert all(plan.visible == (True,) * 4 and plan.counts for plan in ambiguous)
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


def test_the_same_generator_gives_the_same_plans(bank):
    assert draw(bank, 20, seed=3) == draw(bank, 20, seed=3) != draw(bank, 20, seed=4)


def test_frames_stay_within_their_item(bank):
    items, starts = np.array([0, 1]), np.array([-2, bank.lengths[1] - 3])
    within, real = frame_indices(items, starts, bank, 6)
    assert within[0].tolist() == [0, 0, 0, 1, 2, 3]
    assert real.tolist() == [[False] * 2 + [True] * 4, [True] * 3 + [False] * 3]
    assert within[1].max() == bank.lengths[1] - 1
