import math

import pytest
import torch

from interp.diffusion.process import DiffusionProcess
from interp.diffusion.solvers import T_END, Estimate, make_solver
from masks.errors import InterpError

PROCESS = DiffusionProcess()


def normals(seed: int) -> torch.Tensor:
    return torch.randn(1, 2, 3, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def estimate(seed: int) -> Estimate:
    return Estimate(normals(seed), normals(seed + 1), normals(seed + 2))


def test_euler_asks_at_mid_step() -> None:
    steps = make_solver("euler", "sde", 4, PROCESS)
    assert steps.evaluation_times == pytest.approx((0.875, 0.625, 0.375, 0.125))
    assert steps.state_times == pytest.approx((1.0, 0.75, 0.5, 0.25))
    assert sum(steps.step_sizes) == pytest.approx(10.025)


@pytest.mark.parametrize("n", [2, 3, 10])
def test_dpmpp2_runs_from_noise_to_t_end_in_equal_steps_of_log_snr(n: int) -> None:
    steps = make_solver("dpmpp2", "sde", n, PROCESS)
    assert (steps.evaluation_times[0], steps.evaluation_times[-1]) == (1.0, T_END)
    assert len(steps.evaluation_times) == len(steps.noise_factors) == n
    assert steps.step_sizes == pytest.approx([sum(steps.step_sizes) / (n - 1)] * (n - 1))


@pytest.mark.parametrize("solver", ["euler", "dpmpp2"])
def test_the_ode_adds_no_normal_and_the_sde_subtracts(solver: str) -> None:
    assert set(make_solver(solver, "ode", 5, PROCESS).noise_factors) == {0.0}
    factors = make_solver(solver, "sde", 5, PROCESS).noise_factors
    assert all(factor < 0.0 for factor in factors[:4])
    assert (factors[4] == 0.0) == (solver == "dpmpp2")


@pytest.mark.parametrize("solver", ["euler", "dpmpp2"])
def test_one_evaluation_is_enough(solver: str) -> None:
    assert len(make_solver(solver, "ode", 1, PROCESS).evaluation_times) == 1


@pytest.mark.parametrize("sampler", ["ode", "sde"])
def test_dpmpp2_is_exact_while_the_predicted_clean_stays(sampler: str) -> None:
    """A step of any length goes from ``a y_0 + sigma eps`` to the same at its end, its normal included."""
    steps = make_solver("dpmpp2", sampler, 6, PROCESS)
    a, sigma = PROCESS.a_and_sigma(torch.tensor(steps.evaluation_times, dtype=torch.float64))
    clean, eps = normals(0), normals(1)
    before = Estimate(eps, eps, clean)
    for i in range(5):
        y_next = steps.advance(i, Estimate(a[i] * clean + sigma[i] * eps, eps, clean), (before, before)[:i])
        left = y_next - a[i + 1] * clean
        kept = (left / eps).mean()
        torch.testing.assert_close(left, kept * eps)
        torch.testing.assert_close(kept**2 + steps.noise_factors[i] ** 2, sigma[i + 1] ** 2)


@pytest.mark.parametrize("sampler", ["ode", "sde"])
def test_dpmpp2_extrapolates_the_clean_to_mid_step(sampler: str) -> None:
    """``D = 3/2 clean - 1/2 clean_before`` (DPM-Solver++, algorithm 2); clean where there is no past."""
    steps = make_solver("dpmpp2", sampler, 6, PROCESS)
    now, before = estimate(0), estimate(10)
    before = before._replace(clean=now.clean + 1.0)
    # Clean went down by 1 where it had been taken to stay: half of that puts the step before right.
    k = {"ode": 1, "sde": 2}[sampler]
    a, _ = PROCESS.a_and_sigma(torch.tensor(steps.evaluation_times[1], dtype=torch.float64))
    corrected = now._replace(y=now.y + a * math.expm1(-k * steps.step_sizes[0]) / 2, clean=now.clean - 0.5)
    torch.testing.assert_close(steps.advance(1, now, (before,)), steps.advance(1, corrected, ()))


def test_dpmpp2_corrects_nothing_where_the_extrapolation_was_right() -> None:
    """Clean that moves evenly was foretold, so the step before stands: only the last two count."""
    steps = make_solver("dpmpp2", "ode", 6, PROCESS)
    now, before = estimate(0), estimate(10)
    evenly = before._replace(clean=2.0 * before.clean - now.clean)
    foretold = now._replace(clean=1.5 * now.clean - 0.5 * before.clean)
    torch.testing.assert_close(steps.advance(2, now, (before, evenly)), steps.advance(2, foretold, ()))


def test_dpmpp2_ends_with_the_predicted_clean() -> None:
    now = estimate(0)
    assert torch.equal(make_solver("dpmpp2", "ode", 3, PROCESS).advance(2, now, (estimate(5),)), now.clean)


@pytest.mark.parametrize(
    ("solver", "sampler", "n", "message"),
    [
        ("heun", "ode", 5, "solver: 'heun' is unknown; allowed: euler, dpmpp2"),
        ("euler", "ddim", 5, "sampler: 'ddim' is unknown; allowed: sde, ode"),
        ("euler", "ode", 0, "n_timesteps: 0; allowed: 1 or more"),
    ],
)
def test_unknown_options_name_the_allowed_ones(solver: str, sampler: str, n: int, message: str) -> None:
    with pytest.raises(InterpError, match=message):
        make_solver(solver, sampler, n, PROCESS)


def test_euler_noise_is_the_integral_of_beta_over_the_step() -> None:
    factors = make_solver("euler", "sde", 5, PROCESS).noise_factors
    bounds = PROCESS.integral(torch.linspace(1.0, 0.0, 6, dtype=torch.float64))
    assert factors == pytest.approx([-math.sqrt(step) for step in (bounds[:-1] - bounds[1:]).tolist()])
