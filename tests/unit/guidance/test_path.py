"""Normals tuned together by masses along the way: against finite differences, and each on its own shell."""

from __future__ import annotations

import pytest
import torch

from guidance.path import PathLandscape, PathTuner

DECAY, TIMES = 0.7, (0.95, 0.8, 0.6, 0.3)
LENGTHS = (8, 6)


def way_of(toy, n_normals):
    """State k is the sum of the first k + 1 normals, each step decaying what was before."""

    def way(z):
        parts = z.reshape(z.shape[0], n_normals, -1, z.shape[-1]).unbind(1)
        x, found = parts[0], []
        for k, t in enumerate(TIMES):
            found.append((1 - t, toy.masses(x, torch.full((len(z),), t, dtype=x.dtype))))
            x = DECAY * x + (parts[k + 1] if k + 1 < n_normals else 0.0)
        return found

    return way


@pytest.fixture
def setup(bench):
    """A tuner, normals, frame mask and rows of as many samples as there are seeds."""

    def make(seeds=(1, 2), lengths=LENGTHS, n_normals=3, objective="matched", **settings):
        toy = bench.toy(seeds, lengths)
        normals = torch.stack([toy.state(index=10 * k).z for k in range(n_normals)], 1)
        rows = []
        settings = {"step_share": 0.1, "scope": "trajectory", **settings}
        bound = bench.bound(toy, objective, **settings)
        return PathTuner(bound, way_of(toy, n_normals), TIMES[0], rows.append), normals, toy.frame_mask, rows

    return make


def landscape_of(tuner, z, frame_mask):
    return PathLandscape(tuner.bound, tuner.tuned_path, frame_mask, 3)


def loss_of(tuner, z, frame_mask, readings):
    return landscape_of(tuner, z, frame_mask).evaluate(z, readings).loss


@pytest.mark.parametrize("objective", ["matched", "sequential"])
def test_gradient_through_the_way_is_the_finite_difference(setup, objective):
    tuner, normals, frame_mask, _ = setup(objective=objective)
    z = normals.flatten(1, 2)
    slope = landscape_of(tuner, z, frame_mask).slope(z, ())
    generator = torch.Generator().manual_seed(0)
    direction = torch.randn(z.shape, generator=generator, dtype=z.dtype) * frame_mask[:, None]
    h = 1e-5
    up, down = (loss_of(tuner, z + s * h * direction, frame_mask, slope.readings) for s in (1, -1))
    torch.testing.assert_close(
        (slope.gradient * direction).sum((1, 2)), (up - down) / (2 * h), rtol=1e-5, atol=1e-8
    )


def test_every_normal_moves_and_keeps_its_norm(setup):
    tuner, normals, frame_mask, rows = setup(epochs=3)
    tuned = tuner(normals, frame_mask)
    norm, before = (torch.linalg.vector_norm(x, dim=(2, 3)) for x in (tuned, normals))
    torch.testing.assert_close(norm, before, rtol=1e-10, atol=0)
    assert ((tuned - normals).abs().amax((2, 3)) > 1e-4).all()
    losses = [(row.loss_before, row.loss_after) for row in rows if row.sample == 0]
    assert [after < before for before, after in losses] == [True] * 3
    assert torch.equal(tuned[1, :, :, LENGTHS[1] :], normals[1, :, :, LENGTHS[1] :])


def test_a_step_is_a_share_of_one_normals_norm(setup):
    tuner, normals, frame_mask, rows = setup(step_share=0.02, max_halvings=0)
    tuner(normals, frame_mask)
    sigma = 0.02 * torch.linalg.vector_norm(normals[0], dim=(1, 2)).mean()
    assert rows[0].accepted
    assert rows[0].displacement_sigma == pytest.approx(float(sigma), rel=0.01)


def test_each_evaluation_is_read_by_its_own_window(setup):
    """The terms of window 2 alone count when window 1 is empty, and evaluations past the windows do not."""
    tuner, normals, frame_mask, _ = setup(objective="sequential", t_tal1=0.1, t_tal2=0.5)
    z = normals.flatten(1, 2)
    visits = landscape_of(tuner, z, frame_mask)._visits(z)
    objective = tuner.bound.objective
    assert [v.terms for v in visits] == [objective.terms(1), objective.terms(2), objective.terms(2)]


@pytest.mark.parametrize("idle", [{"step_share": 0.0}, {"t_tal1": 0.0, "t_tal2": 0.0}, {"enabled": False}])
def test_nothing_to_do_changes_no_bit(setup, idle):
    tuner, normals, frame_mask, rows = setup(**idle)
    assert tuner(normals, frame_mask) is normals
    assert rows == []


def test_batch_equals_one_by_one(setup):
    tuner, normals, frame_mask, rows = setup(epochs=2)
    both = tuner(normals, frame_mask)
    alone, normals, frame_mask, alone_rows = setup((2,), LENGTHS[1:], epochs=2)
    torch.testing.assert_close(both[1:, :, :, : LENGTHS[1]], alone(normals, frame_mask), rtol=1e-8, atol=1e-8)
    losses = [row.loss_after for row in rows if row.sample == 1]
    assert losses == pytest.approx([row.loss_after for row in alone_rows])
