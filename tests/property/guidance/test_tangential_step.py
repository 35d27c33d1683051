"""Steps on the shell, for any noise and direction: the norm is kept, padding stays, halving is per sample."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from guidance.step import line_search, norms, tangent, tangential_step

seeds = st.integers(0, 2**31)
shares = st.lists(st.floats(0, 1), min_size=1, max_size=4)


def draw(seed, batch, dtype=torch.float32):
    generator = torch.Generator().manual_seed(seed)
    z, gradient = torch.randn(2, batch, 6, 9, generator=generator).to(dtype)
    lengths = torch.randint(1, 10, (batch,), generator=generator)
    mask = torch.arange(9) < lengths[:, None]
    return z * mask[:, None], gradient * mask[:, None], mask


@settings(deadline=None)
@given(seeds, shares, st.sampled_from([torch.float32, torch.float64]))
def test_norm_is_kept_and_padding_stays(seed, given_shares, dtype):
    z, gradient, mask = draw(seed, len(given_shares), dtype)
    share = torch.tensor(given_shares, dtype=dtype)
    moved = tangential_step(z + 3 * ~mask[:, None], tangent(gradient, z), share, mask)
    torch.testing.assert_close(norms(moved * mask[:, None]), norms(z), rtol=1e-6, atol=0)
    assert (moved.masked_select(~mask[:, None].expand_as(z)) == 3).all()


@settings(deadline=None)
@given(seeds)
def test_tangent_has_no_part_along_the_noise(seed):
    z, gradient, _ = draw(seed, 3, torch.float64)
    along = (tangent(gradient, z) * z).sum((1, 2)) / (norms(gradient) * norms(z))
    assert along.abs().max() < 1e-12


@settings(deadline=None)
@given(seeds, st.floats(1e-3, 1))
def test_step_goes_downhill_by_its_share(seed, share):
    z, gradient, mask = draw(seed, 2, torch.float64)
    uphill = tangent(gradient, z)
    moved = tangential_step(z, uphill, torch.full((2,), share, dtype=torch.float64), mask)
    angle = torch.atan(torch.tensor(share, dtype=torch.float64))
    torch.testing.assert_close(norms(moved - z), 2 * torch.sin(angle / 2) * norms(z))
    torch.testing.assert_close(
        ((moved - z) * uphill).sum((1, 2)), -torch.sin(angle) * norms(z) * norms(uphill)
    )


@settings(deadline=None)
@given(seeds)
def test_share_zero_changes_no_bit(seed):
    z, gradient, mask = draw(seed, 3)
    assert torch.equal(tangential_step(z, tangent(gradient, z), torch.zeros(3), mask), z)


@dataclass(frozen=True)
class Level:
    """What the search measures: a loss per sample."""

    loss: Tensor


@settings(deadline=None)
@given(st.lists(st.floats(0.01, 1.2), min_size=1, max_size=5), st.integers(0, 4))
def test_each_sample_halves_until_its_loss_falls(limits, max_halvings):
    """A sample's loss falls for any share up to its limit, so the share that is accepted is known."""
    limit = torch.tensor(limits)
    measured = []

    def measure(point):
        measured.append(point)
        share = point[:, 0, 0]
        return Level(torch.where((share > 0) & (share <= limit), 0.5, 1.5))

    found = line_search(
        lambda share: share[:, None, None].clone(),
        measure,
        torch.ones(len(limits)),
        torch.ones(len(limits)),
        max_halvings,
    )
    expected = [next((2.0**-k for k in range(max_halvings + 1) if 2.0**-k <= x), 0.0) for x in limit.tolist()]
    assert found.share.tolist() == expected
    assert found.accepted.tolist() == [share > 0 for share in expected]
    # What was measured last is what is returned, for those that stay too.
    assert torch.equal(measured[-1], found.z)
    assert found.z[:, 0, 0].tolist() == expected
