import math

import pytest
import torch

from interp.diffusion.process import DiffusionProcess
from masks.errors import InterpError

PROCESS = DiffusionProcess()
TIMES = torch.linspace(1e-4, 1.0, 50, dtype=torch.float64)


def test_integral_at_one_is_grad_tts_value() -> None:
    assert PROCESS.integral(torch.tensor(1.0, dtype=torch.float64)).item() == pytest.approx(10.025, abs=1e-12)


def test_integral_is_the_integral_of_beta() -> None:
    t = TIMES.clone().requires_grad_()
    (slope,) = torch.autograd.grad(PROCESS.integral(t).sum(), t)
    torch.testing.assert_close(slope, PROCESS.beta(TIMES))


def test_a_solves_the_drift_and_variance_is_preserved() -> None:
    t = TIMES.clone().requires_grad_()
    a, sigma = PROCESS.a_and_sigma(t)
    (slope,) = torch.autograd.grad(a.sum(), t)
    torch.testing.assert_close(slope, -0.5 * PROCESS.beta(TIMES) * a)
    torch.testing.assert_close(a**2 + sigma**2, torch.ones_like(a))


def test_sigma_keeps_its_digits_at_small_t_in_float32() -> None:
    t = 1e-6
    expected = math.sqrt(-math.expm1(-(0.05 * t + 0.5 * 19.95 * t**2)))
    assert PROCESS.a_and_sigma(torch.tensor(t))[1].item() == pytest.approx(expected, rel=1e-6)


def test_log_snr_half_is_the_log_of_a_over_sigma_and_inverts() -> None:
    a, sigma = PROCESS.a_and_sigma(TIMES)
    log_snr_half = PROCESS.log_snr_half(TIMES)
    torch.testing.assert_close(log_snr_half, torch.log(a / sigma))
    torch.testing.assert_close(PROCESS.time_of_log_snr_half(log_snr_half), TIMES)


def test_clean_and_score_come_back_from_y() -> None:
    generator = torch.Generator().manual_seed(0)
    clean, eps = torch.randn(2, 3, 4, 5, generator=generator, dtype=torch.float64)
    t = torch.tensor([0.01, 0.5, 1.0], dtype=torch.float64)
    a, sigma = (level[:, None, None] for level in PROCESS.a_and_sigma(t))
    y = a * clean + sigma * eps
    score = PROCESS.score_of_v(y, a * eps - sigma * clean, t)
    torch.testing.assert_close(score, -eps / sigma)
    torch.testing.assert_close(PROCESS.clean_of_score(y, score, t), clean)


@pytest.mark.parametrize(("beta_min", "beta_max"), [(-0.1, 20.0), (5.0, 1.0), (0.0, 0.0), (math.nan, 20.0)])
def test_impossible_betas_are_refused(beta_min: float, beta_max: float) -> None:
    with pytest.raises(InterpError, match="allowed: 0 <= beta_min"):
        DiffusionProcess(beta_min, beta_max)
