import pytest
import torch

from interp.diffusion.noise import draw_noise
from masks.errors import InterpError


def test_a_sample_is_the_same_alone_in_a_batch_and_in_another_order() -> None:
    alone = draw_noise([7], [5], 3)
    batch = draw_noise([1, 7, 2], [9, 5, 30], 3)
    turned = draw_noise([7, 2, 1], [5, 30, 9], 3)
    for path, row in ((batch, 1), (turned, 0)):
        assert torch.equal(path.initial[row, :, :5], alone.initial[0])
        assert torch.equal(path.increments[:, row, :, :5], alone.increments[:, 0])


def test_padding_is_zero() -> None:
    path = draw_noise([1, 7], [9, 5], 3)
    assert path.initial.shape == (2, 80, 9)
    assert path.increments.shape == (3, 2, 80, 9)
    assert not path.initial[1, :, 5:].any()
    assert not path.increments[:, 1, :, 5:].any()


def test_start_does_not_depend_on_the_step_count() -> None:
    assert torch.equal(draw_noise([3], [20], 0).initial, draw_noise([3], [20], 50).initial)


def test_seeds_differ_and_normals_are_standard() -> None:
    path = draw_noise([0, 1], [400, 400], 3)
    assert not torch.equal(path.initial[0], path.initial[1])
    drawn = torch.cat([path.initial[None], path.increments]).flatten(1)
    assert torch.allclose(drawn.mean(1), torch.zeros(4), atol=0.02)
    assert torch.allclose(torch.corrcoef(drawn), torch.eye(4), atol=0.02)
    assert torch.allclose(drawn.var(1), torch.ones(4), atol=0.03)


def test_drawing_leaves_the_global_generator_alone() -> None:
    before = torch.get_rng_state()
    draw_noise([0], [4], 2)
    assert torch.equal(torch.get_rng_state(), before)


def test_to_like_moves_both_parts() -> None:
    path = draw_noise([0], [4], 2).to_like(torch.zeros(1, dtype=torch.float64))
    assert path.initial.dtype == path.increments.dtype == torch.float64


@pytest.mark.parametrize(
    ("seeds", "lengths", "n_steps", "message"),
    [
        ([], [], 1, "0 seeds"),
        ([1], [2, 3], 1, "1 seeds for 2 lengths"),
        ([1], [0], 1, "shortest length 0"),
        ([1], [4], -1, "n_steps -1"),
        ([2**64], [4], 1, "64 bits"),
    ],
)
def test_impossible_drawings_are_refused(
    seeds: list[int], lengths: list[int], n_steps: int, message: str
) -> None:
    with pytest.raises(InterpError, match=message):
        draw_noise(seeds, lengths, n_steps)
