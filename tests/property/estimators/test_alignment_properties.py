from __future__ import annotations

import itertools

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from interp.estimators.parts.alignment import (
    durations_of,
    expand,
    frame_mask_of,
    log_prior,
    search_durations,
)
from interp.estimators.parts.duration import whole_frames


def path_of(durations):
    """The dense alignment, (B, N, T): True where a frame belongs to a symbol."""
    ends = durations.cumsum(-1)
    frames = torch.arange(int(ends[:, -1].max()))
    return (frames < ends[..., None]) & (frames >= (ends - durations)[..., None])


batches = st.integers(1, 5).flatmap(
    lambda n: st.lists(
        st.lists(st.integers(0, 6), min_size=n, max_size=n).filter(any), min_size=1, max_size=3
    )
)


@given(batches)
def test_durations_and_paths_are_each_others_inverse(durations):
    durations = torch.tensor(durations)
    path = path_of(durations)
    assert torch.equal(durations_of(path), durations)
    assert torch.equal(path.any(1), frame_mask_of(durations))


@given(batches)
def test_expand_is_the_product_with_the_path(durations):
    durations = torch.tensor(durations)
    mu_x = torch.randn(len(durations), 3, durations.shape[1])
    assert torch.equal(expand(mu_x, durations), mu_x @ path_of(durations).float())


@settings(max_examples=30)
@given(st.integers(1, 4), st.integers(0, 5), st.integers(0, 10_000))
def test_search_is_the_best_of_all_alignments(n_symbols, extra, seed):
    generator = torch.Generator().manual_seed(seed)
    n_frames = n_symbols + extra
    mu_x = torch.randn(1, 3, n_symbols, generator=generator)
    mel = torch.randn(1, 3, n_frames, generator=generator)
    prior = log_prior(mu_x, mel)

    def worth(durations):
        return float(prior[path_of(torch.tensor([durations]))].sum())

    cuts = itertools.combinations(range(1, n_frames), n_symbols - 1)
    every = ([b - a for a, b in itertools.pairwise((0, *cut, n_frames))] for cut in cuts)
    ones = torch.ones(1, n_symbols, dtype=torch.bool), torch.ones(1, n_frames, dtype=torch.bool)
    found = search_durations(mu_x, ones[0], mel, ones[1])[0].tolist()
    assert abs(worth(found) - max(map(worth, every))) < 1e-3


log_durations = st.lists(st.floats(-3.0, 3.0), min_size=1, max_size=8)


@given(log_durations, st.floats(0.1, 4.0))
def test_cumulative_rounding_keeps_the_length(logs, length_scale):
    frames = torch.tensor([logs]).exp() * length_scale
    found = whole_frames(
        torch.tensor([logs]), torch.ones(1, len(logs), dtype=torch.bool), length_scale, "cumulative"
    )
    assert found.min() >= 0
    assert found.sum() >= 1
    assert abs(found.sum() - frames.sum()) <= max(0.51, 1 - float(frames.sum()))


@given(log_durations, st.floats(0.1, 4.0))
def test_the_official_order_is_grad_ttss_own_path(logs, length_scale):
    """Frame j belongs to symbol i where cum[i - 1] <= j < cum[i], j below the floor of the total."""
    cum = (torch.tensor([logs]).exp().ceil() * length_scale).cumsum(-1)
    total = max(1, int(cum[0, -1]))
    starts = torch.cat([torch.zeros(1, 1), cum[:, :-1]], dim=1)
    frames = torch.arange(total)
    path = (frames < cum[..., None]) & (frames >= starts[..., None])
    mask = torch.ones(1, len(logs), dtype=torch.bool)
    found = whole_frames(torch.tensor([logs]), mask, length_scale, "ceil_then_scale")
    assert torch.equal(path_of(found), path)
