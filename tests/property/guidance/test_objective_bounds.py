"""Objectives over any masses: relative mass is symmetric, logs and linear sums agree in direction."""

from __future__ import annotations

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from guidance.layers import fixed_weights
from guidance.masses import AttentionMasses
from guidance.objectives import Reading, objective_loss, relative_mass
from guidance.queries import QuerySets
from guidance.terms import Term

GROUPS = ("ref1.pitch", "ref2.pitch", "null")
share = st.floats(0.01, 1)


def loss(term, logits, sums, shares=(0.5, 0.5)):
    mass = logits.softmax(-1)
    batch, n_queries = mass.shape[:2]
    found = AttentionMasses((0,), (mass,), torch.ones(1), GROUPS)
    queries = QuerySets(({"all": torch.ones(batch, n_queries)},))
    named = {name: torch.full((batch,), value) for name, value in zip(GROUPS, shares, strict=False)}
    return objective_loss((term,), found, Reading(queries, named, fixed_weights(found, queries), 1.0, sums))


@settings(deadline=None)
@given(st.floats(0.01, 0.5), st.floats(0.01, 0.5), share, share)
def test_relative_masses_sum_to_one_and_indifference_is_a_half(m1, m2, s1, s2):
    a, b, sa, sb = (torch.tensor([x], dtype=torch.float64) for x in (m1, m2, s1, s2))
    there = relative_mass(a[:, None], b[:, None], sa, sb)
    back = relative_mass(b[:, None], a[:, None], sb, sa)
    torch.testing.assert_close(there + back, torch.ones(1, 1, dtype=torch.float64))
    # Mass in proportion to the keys is no preference.
    even = relative_mass((0.3 * sa)[:, None], (0.3 * sb)[:, None], sa, sb)
    torch.testing.assert_close(even, torch.full((1, 1), 0.5, dtype=torch.float64))


@settings(deadline=None)
@given(
    st.integers(0, 2**31), st.sampled_from(["mass", "log"]), st.sampled_from(["more", "less"]), st.booleans()
)
def test_log_and_linear_fall_in_the_same_direction(seed, average, want, relative):
    generator = torch.Generator().manual_seed(seed)
    logits = torch.randn(2, 4, 3, generator=generator, dtype=torch.float64)
    term = Term("all", ("ref1.pitch",), ("ref2.pitch",) if relative else (), want, average=average)
    better = logits.clone()
    better[..., 0] += 0.5 if want == "more" else -0.5
    for sums in ("log", "linear"):
        assert (loss(term, better, sums) < loss(term, logits, sums)).all()


@settings(deadline=None)
@given(st.integers(0, 2**31))
def test_a_batch_is_its_samples(seed):
    logits = torch.randn(3, 4, 3, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    term = Term("all", ("ref1.pitch",), ("ref2.pitch",), average="log")
    alone = torch.cat([loss(term, logits[i : i + 1], "log") for i in range(3)])
    torch.testing.assert_close(loss(term, logits, "log"), alone)


@settings(deadline=None)
@given(st.integers(0, 2**31))
def test_neither_is_a_third_answer(seed):
    """Less of neither is as good as less of the other reference; indifference is a third."""
    logits = torch.randn(2, 4, 3, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    term = Term("all", ("ref1.pitch",), ("ref2.pitch", "null"), average="log")
    for column in (1, 2):
        better = logits.clone()
        better[..., column] -= 0.5
        assert (loss(term, better, "log") < loss(term, logits, "log")).all()
    even = torch.zeros(1, 4, 3, dtype=torch.float64)
    torch.testing.assert_close(
        loss(term, even, "log", (1.0, 1.0)), torch.tensor([3.0], dtype=torch.float64).log(), atol=1e-4, rtol=0
    )
