import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interp.noise import NoisePath
from interp.noise_merge import MergeWeights, coarsen, euler_weights, exponential_weights, refine
from interp.process import DiffusionProcess
from interp.sampler import sample
from interp.solvers import make_solver
from masks.errors import InterpError

PROCESS = DiffusionProcess()
MAKERS = st.sampled_from([euler_weights, exponential_weights])
SIZES = st.lists(st.tuples(st.floats(1e-4, 5.0), st.floats(1e-4, 5.0)), min_size=1, max_size=6)
MASK = torch.ones(1, 3, dtype=torch.bool)
# a busy machine is no failure
UNHURRIED = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def path_of(n_steps: int, seed: int) -> NoisePath:
    drawn = torch.randn(
        n_steps + 1, 1, 2, 3, generator=torch.Generator().manual_seed(seed), dtype=torch.float64
    )
    return NoisePath(drawn[0], drawn[1:])


@given(MAKERS, SIZES)
@UNHURRIED
def test_a_merged_normal_has_variance_one(make: object, sizes: list[tuple[float, float]]) -> None:
    assert callable(make)
    weights: MergeWeights = make([size for pair in sizes for size in pair])
    for first, second in zip(weights.first, weights.second, strict=True):
        assert first**2 + second**2 == pytest.approx(1.0, abs=1e-12)


@given(st.floats(1e-4, 5.0), st.floats(1e-4, 5.0))
@UNHURRIED
def test_merged_variance_is_what_the_coarse_step_adds(one: float, two: float) -> None:
    euler = euler_weights([one, two])
    assert euler.first[0] ** 2 / euler.second[0] ** 2 == pytest.approx(one / two, rel=1e-9)
    decay = torch.exp(torch.tensor([-2 * one, -2 * two], dtype=torch.float64))
    added = decay[1] * (1 - decay[0]), 1 - decay[1]
    share = (added[0] / (added[0] + added[1])).item()
    assert exponential_weights([one, two]).first[0] ** 2 == pytest.approx(share, rel=1e-6, abs=1e-9)
    torch.testing.assert_close(added[0] + added[1], 1 - decay[0] * decay[1])


@given(MAKERS, SIZES, st.integers(0, 2**31))
@UNHURRIED
def test_refining_is_a_rotation_that_coarsening_undoes(
    make: object, sizes: list[tuple[float, float]], seed: int
) -> None:
    assert callable(make)
    weights: MergeWeights = make([size for pair in sizes for size in pair])
    path, bridge = path_of(len(sizes), seed), path_of(len(sizes), seed + 1)
    fine = refine(path, bridge, weights)
    torch.testing.assert_close(coarsen(fine, weights).increments, path.increments)
    assert torch.equal(fine.initial, path.initial)
    energy = path.increments.square() + bridge.increments.square()
    torch.testing.assert_close(fine.increments[0::2].square() + fine.increments[1::2].square(), energy)


@given(st.integers(1, 6), st.integers(0, 2**31))
@UNHURRIED
def test_half_the_euler_steps_arrive_at_the_same_point(n_coarse: int, seed: int) -> None:
    """With a drift that is constant in x the whole coarse run equals the fine one."""
    fine = path_of(2 * n_coarse, seed)
    mu = path_of(0, seed + 1).initial
    weights = euler_weights(make_solver("euler", "sde", 2 * n_coarse, PROCESS).step_sizes)

    def run(noise: NoisePath) -> torch.Tensor:
        return sample(
            lambda x_t, t: 0.5 * (mu - x_t) - 1.3,
            mu,
            MASK,
            noise,
            process=PROCESS,
            n_timesteps=noise.n_steps,
            solver="euler",
        )

    torch.testing.assert_close(run(coarsen(fine, weights)), run(fine))


@given(st.integers(1, 6), st.integers(0, 2**31))
@UNHURRIED
def test_half_the_exponential_steps_arrive_at_the_same_point(n_coarse: int, seed: int) -> None:
    """With a predicted clean that stays the same the state before the last evaluation is the same."""
    fine = path_of(2 * n_coarse, seed)
    mu, clean = path_of(1, seed + 1).initial, path_of(1, seed + 2).initial
    weights = exponential_weights(make_solver("dpmpp2", "sde", 2 * n_coarse + 1, PROCESS).step_sizes)

    def last_state(noise: NoisePath) -> torch.Tensor:
        visited = []

        def score(x_t: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
            visited.append(x_t)
            a, sigma = (level[:, None, None] for level in PROCESS.a_and_sigma(t))
            return (a * clean - (x_t - mu)) / sigma**2

        sample(score, mu, MASK, noise, process=PROCESS, n_timesteps=noise.n_steps + 1, solver="dpmpp2")
        return visited[-1]

    torch.testing.assert_close(last_state(coarsen(fine, weights)), last_state(fine))


def test_odd_or_unfitting_steps_are_refused() -> None:
    with pytest.raises(InterpError, match="3 steps cannot be merged"):
        euler_weights([1.0, 1.0, 1.0])
    weights = euler_weights([1.0, 1.0])
    with pytest.raises(InterpError, match="4 increments, but the weights are for 2"):
        coarsen(path_of(4, 0), weights)
    with pytest.raises(InterpError, match="2 increments, but the weights are for 1"):
        refine(path_of(1, 0), path_of(2, 0), weights)
