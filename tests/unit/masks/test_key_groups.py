"""Key groups in a plain softmax: exclusion, the null key, equal weight of long and short references."""

from __future__ import annotations

import math

import pytest
import torch

from masks import (
    GROUP_NAMES,
    N_CHANNELS,
    InterpError,
    freq_visibility,
    key_groups,
    key_membership,
    key_share,
    log_weights,
    temp_visibility,
)
from masks.groups import group, groups_of_kind, open_groups

# Two references of up to 4 keys; the second has 3. Pitch: keys 0 of each, and 1 of the first.
PITCH = torch.tensor([[[1, 1, 0, 0], [1, 0, 0, 1]]], dtype=torch.bool)
REAL = torch.tensor([[[1, 1, 1, 1], [1, 1, 1, 0]]], dtype=torch.bool)
EVERYTHING = torch.ones(1, 1, 4)


def membership_of(pitch: torch.Tensor = PITCH, real: torch.Tensor = REAL) -> torch.Tensor:
    return key_membership(key_groups({"pitch": pitch}, real))


def masses(
    visibility: torch.Tensor, membership: torch.Tensor, logits: torch.Tensor | None = None
) -> torch.Tensor:
    """Group masses by an explicit attention map."""
    weights = log_weights(visibility, membership)
    bias = weights @ membership.transpose(1, 2)
    return (bias if logits is None else bias + logits).softmax(-1) @ membership


def named(mass: torch.Tensor) -> dict[str, float]:
    return dict(zip(GROUP_NAMES, mass[0, 0].tolist(), strict=False))


def test_membership_is_one_group_a_key_in_the_order_ref_1_ref_2_null() -> None:
    membership = membership_of()
    assert membership.shape == (1, 9, N_CHANNELS)
    names = [GROUP_NAMES[g] for g in membership[0].argmax(-1)]
    assert names[:4] == ["ref1.pitch", "ref1.pitch", "ref1.rest", "ref1.rest"]
    assert names[4:] == ["ref2.pitch", "ref2.rest", "ref2.rest", "padding", "null"]
    assert (membership.sum(-1) == 1).all()


def test_several_grids_of_keys_stand_one_after_another() -> None:
    whole = key_groups({}, torch.ones(1, 2, 3, 1, dtype=torch.bool))
    membership = key_membership(key_groups({"pitch": PITCH}, REAL), whole)
    names = [GROUP_NAMES[g] for g in membership[0].argmax(-1)]
    assert names[8:] == ["ref1.rest"] * 3 + ["ref2.rest"] * 3 + ["null"]


def test_groups_by_name_are_those_of_the_stored_order() -> None:
    assert GROUP_NAMES == ("ref1.pitch", "ref1.rest", "ref2.pitch", "ref2.rest", "null", "padding")
    assert [GROUP_NAMES[g] for g in groups_of_kind("rest")] == ["ref1.rest", "ref2.rest"]
    assert GROUP_NAMES[group("pitch", 2)] == "ref2.pitch"
    assert open_groups([("rest", 2), ("pitch", 1)]) == (True, False, False, True)


def test_shares_are_of_each_reference_s_own_real_keys() -> None:
    share = key_share(membership_of())
    torch.testing.assert_close(share[0], torch.tensor([0.5, 0.5, 1 / 3, 2 / 3, 1, 0, 0, 0]))


def test_indifferent_queries_split_evenly_between_references_of_unequal_length() -> None:
    mass = named(masses(EVERYTHING, membership_of()))
    assert mass["ref1.pitch"] + mass["ref1.rest"] == pytest.approx(0.5)
    assert mass["ref2.pitch"] == pytest.approx(0.5 / 3)
    assert mass["null"] == mass["padding"] == 0


def test_repeating_a_reference_s_keys_changes_nothing() -> None:
    logits = torch.randn(1, 1, 9, generator=torch.Generator().manual_seed(0))
    once = masses(EVERYTHING, membership_of(), logits)
    twice_keys = torch.cat([PITCH, PITCH], -1), torch.cat([REAL, REAL & torch.tensor([[True], [False]])], -1)
    repeated = torch.cat([logits[..., :4], logits[..., :4], logits[..., 4:8], logits[..., 4:]], -1)
    torch.testing.assert_close(
        masses(EVERYTHING, membership_of(*twice_keys), repeated), once, rtol=0, atol=1e-6
    )


def test_closed_groups_have_exactly_no_mass() -> None:
    mass = named(masses(freq_visibility("masked"), membership_of()))
    assert mass["ref1.rest"] == mass["ref2.pitch"] == mass["null"] == mass["padding"] == 0
    assert mass["ref1.pitch"] + mass["ref2.rest"] == pytest.approx(1)


def test_the_null_key_takes_all_where_everything_is_closed() -> None:
    visibility = torch.tensor([[[0.0, 0, 0, 0], [0, 0, 1, 0]]])
    mass = masses(visibility, membership_of(), 5 * torch.ones(1, 2, 9))
    assert mass[0, 0].tolist() == [0, 0, 0, 0, 1, 0, 0, 0]
    assert mass[0, 1].tolist() == [0, 0, 1, 0, 0, 0, 0, 0]


def test_an_open_group_without_keys_counts_as_closed() -> None:
    no_pitch = membership_of(torch.zeros_like(PITCH), REAL)
    only_pitch = torch.tensor([[[1.0, 0, 1, 0]]])
    assert named(masses(only_pitch, no_pitch))["null"] == 1
    absent = membership_of(PITCH, REAL & torch.tensor([[True], [False]]))
    assert named(masses(torch.tensor([[[0.0, 0, 1, 1]]]), absent))["null"] == 1
    assert membership_of(PITCH[:, :1], REAL[:, :1]).shape == (1, 5, N_CHANNELS)


def test_a_leak_weighs_the_unwanted_groups_by_itself() -> None:
    weights = log_weights(freq_visibility("weighted", 0.1), membership_of())[0, 0]
    expected = [-math.log(4), math.log(0.1 / 4), math.log(0.1 / 3), -math.log(3), -1e4, -1e4]
    torch.testing.assert_close(weights[:6], torch.tensor(expected))


def test_joint_is_everything_open_in_both_modes() -> None:
    spans = torch.tensor([[[1.0, 0.25], [0.0, 0.75]]])
    assert (freq_visibility("joint") == 1).all()
    assert (temp_visibility(spans, "joint") == 1).all()


def test_temp_closes_the_other_span_s_reference_and_mixes_in_the_crossfade() -> None:
    spans = torch.tensor([[[1.0, 0.25, 0.0], [0.0, 0.75, 1.0]]])
    mass = masses(temp_visibility(spans, "masked"), membership_of())
    torch.testing.assert_close(mass[0, :, :2].sum(-1), torch.tensor([1, 0.25, 0]))
    assert mass[0, 0, 2:].eq(0).all()
    assert mass[0, 2, :2].eq(0).all()


@pytest.mark.parametrize(("attend", "leak", "named_"), [("hard", 0.1, "attend"), ("weighted", 0.0, "leak")])
def test_unknown_modes_and_leaks_are_refused(attend: str, leak: float, named_: str) -> None:
    with pytest.raises(InterpError, match=named_):
        freq_visibility(attend, leak)  # type: ignore[arg-type]


def test_a_fifth_column_opens_the_null_key_beside_the_others() -> None:
    membership = membership_of()
    mass = named(masses(torch.tensor([[[1.0, 1, 1, 1, 1]]]), membership))
    assert mass["null"] == pytest.approx(1 / 3)  # as much as either reference
    closed = log_weights(torch.tensor([[[1.0, 1, 1, 1, 0]]]), membership)
    torch.testing.assert_close(closed, log_weights(EVERYTHING, membership), rtol=0, atol=0)
