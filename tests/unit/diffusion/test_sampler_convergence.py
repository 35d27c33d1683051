"""The sampler against Gaussian data, whose score and whole reverse process are known in closed form."""

from dataclasses import dataclass

import numpy as np
import pytest
import torch
from scipy import stats
from torch import Tensor

from interp.diffusion.noise import NoisePath
from interp.diffusion.process import DiffusionProcess
from interp.diffusion.sampler import sample
from interp.diffusion.solvers import T_END

PROCESS = DiffusionProcess()


@dataclass(frozen=True)
class GaussianData:
    """``y_0 ~ N(centre, deviation^2)`` per cell, about mu."""

    mu: Tensor
    centre: Tensor
    deviation: Tensor

    def spread_at(self, t: Tensor) -> tuple[Tensor, Tensor]:
        a, sigma = (level[:, None, None] for level in PROCESS.a_and_sigma(t))
        return a, torch.sqrt(a**2 * self.deviation**2 + sigma**2)

    def score(self, x_t: Tensor, t: Tensor) -> Tensor:
        a, spread = self.spread_at(t)
        return -(x_t - self.mu - a * self.centre) / spread**2

    def ode_solution(self, y_1: Tensor, t: float) -> Tensor:
        """Where the probability flow carries y from t = 1 to ``t``: a point keeps its quantile."""
        (a_1, spread_1), (a, spread) = (
            self.spread_at(torch.tensor([time], dtype=torch.float64)) for time in (1.0, t)
        )
        return a * self.centre + (y_1 - a_1 * self.centre) * spread / spread_1

    def clean_mean(self, y: Tensor, t: float) -> Tensor:
        """The posterior mean of y_0, by the textbook formula for two Gaussians."""
        a, spread = self.spread_at(torch.tensor([t], dtype=torch.float64))
        return self.centre + a * self.deviation**2 / spread**2 * (y - a * self.centre)


def normals(*shape: int, seed: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def mask_for(mu: Tensor) -> Tensor:
    return torch.ones(mu.shape[0], mu.shape[2], dtype=torch.bool)


def ode_errors(
    solver: str, expected: Tensor, data: GaussianData, start: Tensor, counts: list[int]
) -> np.ndarray:
    noise = NoisePath(start, start.new_empty(0, *start.shape))
    outputs = (
        sample(
            data.score,
            data.mu,
            mask_for(data.mu),
            noise,
            process=PROCESS,
            n_timesteps=n,
            sampler="ode",
            solver=solver,
        )
        for n in counts
    )
    return np.array([(output - data.mu - expected).square().mean().sqrt().item() for output in outputs])


@pytest.mark.parametrize(
    ("solver", "order", "counts", "finest"),
    [("euler", 1.0, (40, 80, 160, 320), 1e-3), ("dpmpp2", 2.0, (320, 640, 1280, 2560), 1e-6)],
)
def test_order_of_convergence_of_the_ode(
    solver: str, order: float, counts: tuple[int, ...], finest: float
) -> None:
    deviation = torch.linspace(0.3, 1.5, 16, dtype=torch.float64)[None, :, None]
    data = GaussianData(normals(1, 16, 8, seed=0), normals(1, 16, 1, seed=1), deviation)
    start = normals(1, 16, 8, seed=2)
    ends = {
        "euler": data.ode_solution(start, 0.0),
        "dpmpp2": data.clean_mean(data.ode_solution(start, T_END), T_END),
    }
    errors = ode_errors(solver, ends[solver], data, start, counts)
    slopes = -np.diff(np.log2(errors))
    assert slopes == pytest.approx([order] * 3, abs=0.06)
    assert errors[-1] < 1.1 * finest


def test_dpmpp2_s_end_is_the_data_up_to_t_end() -> None:
    """Ending at T_END instead of 0 costs less than a hundredth of the data's deviation."""
    deviation = torch.linspace(0.3, 1.5, 16, dtype=torch.float64)[None, :, None]
    data = GaussianData(normals(1, 16, 8, seed=0), normals(1, 16, 1, seed=1), deviation)
    start = normals(1, 16, 8, seed=2)
    end = data.clean_mean(data.ode_solution(start, T_END), T_END)
    assert ((end - data.ode_solution(start, 0.0)).abs() / deviation).max() < 1e-2


def sde_moments(solver: str, n_timesteps: int) -> tuple[float, float]:
    """Errors of mean and variance of the output, exact: for Gaussian data it is affine in every normal.

    So its variance is the sum of the squared derivatives, and nothing has to be drawn. Data of unit variance
    stay so at every t; of that, the clean predicted at T_END keeps a(T_END)^2.
    """
    one = torch.ones(1, 1, 1, dtype=torch.float64)
    data = GaussianData(0.0 * one, one, one)
    path = NoisePath(
        torch.zeros_like(one).requires_grad_(), one.new_zeros(n_timesteps, 1, 1, 1).requires_grad_()
    )
    output = sample(
        data.score, data.mu, mask_for(one), path, process=PROCESS, n_timesteps=n_timesteps, solver=solver
    )
    factors = torch.autograd.grad(output.sum(), (path.initial, path.increments))
    variance = sum(factor.square().sum().item() for factor in factors)
    a, _ = PROCESS.a_and_sigma(torch.tensor(T_END if solver == "dpmpp2" else 0.0, dtype=torch.float64))
    return output.item() - 1.0, variance - float(a) ** 2


@pytest.mark.parametrize(
    ("solver", "order", "counts", "finest"),
    [("euler", 1.0, (40, 80, 160), 0.01), ("dpmpp2", 2.0, (640, 1280, 2560), 5e-6)],
)
def test_weak_order_of_the_sde(solver: str, order: float, counts: tuple[int, ...], finest: float) -> None:
    mean_errors, variance_errors = np.abs(np.array([sde_moments(solver, n) for n in counts])).T
    assert -np.diff(np.log2(variance_errors)) == pytest.approx([order] * 2, abs=0.07)
    assert variance_errors[-1] < finest
    if solver == "euler":
        assert -np.diff(np.log2(mean_errors)) == pytest.approx([order] * 2, abs=0.07)
    else:
        assert mean_errors.max() < 1e-4  # its mean is exact but for T_END


@pytest.mark.parametrize("solver", ["euler", "dpmpp2"])
@pytest.mark.parametrize("deviation", [0.3, 1.0])
def test_the_sde_draws_from_the_data(solver: str, deviation: float) -> None:
    mu = normals(1, 4, 1, seed=0).expand(1, 4, 1000)
    data = GaussianData(mu, normals(1, 4, 1, seed=1), torch.tensor(deviation, dtype=torch.float64))
    drawn = normals(101, 1, 4, 1000, seed=2)
    output = sample(
        data.score,
        mu,
        mask_for(mu),
        NoisePath(drawn[0], drawn[1:]),
        process=PROCESS,
        n_timesteps=100,
        solver=solver,
    )
    standard = ((output - mu - data.centre) / deviation).flatten().numpy()
    assert abs(standard.mean()) < 0.05
    assert standard.var() == pytest.approx(1.0, abs=0.07)
    assert stats.kstest(standard, "norm").pvalue > 0.01
