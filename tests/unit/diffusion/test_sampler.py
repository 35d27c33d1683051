import itertools
import math
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from interp.diffusion.noise import NoisePath
from interp.diffusion.process import DiffusionProcess
from interp.diffusion.sampler import SamplingCancelled, StepState, sample
from masks.errors import InterpError

PROCESS = DiffusionProcess()
KINDS = list(itertools.product(["sde", "ode"], ["euler", "dpmpp2"]))
N = 6


def path_of(
    n_steps: int = N, frames: int = 5, batch: int = 2, dtype: torch.dtype = torch.float32
) -> NoisePath:
    generator = torch.Generator().manual_seed(0)
    drawn = torch.randn(n_steps + 1, batch, 3, frames, generator=generator, dtype=dtype)
    return NoisePath(drawn[0], drawn[1:])


NOISE = path_of()
MU = torch.randn(2, 3, 5, generator=torch.Generator().manual_seed(1))
MASK = torch.ones(2, 5, dtype=torch.bool)


def bent(x_t: Tensor, t: Tensor) -> Tensor:
    """A score that is not linear in anything."""
    return -torch.tanh(x_t) * (1.0 + t[:, None, None] ** 2) - 0.3 * torch.sin(3.0 * x_t)


def run(kind: tuple[str, str], **changes: object) -> Tensor:
    options = {"score_fn": bent, "mu": MU, "frame_mask": MASK, "noise": NOISE, "n_timesteps": N} | changes
    return sample(process=PROCESS, sampler=kind[0], solver=kind[1], **options)  # type: ignore[arg-type]


def grad_tts_loop(z: Tensor, mask: Tensor, mu: Tensor, normals: Tensor | None) -> Tensor:
    """The reverse process as Grad-TTS writes it, one line a line."""
    h = 1.0 / N
    xt = z * mask
    for i in range(N):
        t = (1.0 - (i + 0.5) * h) * torch.ones(z.shape[0])
        noise_t = 0.05 + (20.0 - 0.05) * t[:, None, None]
        if normals is None:
            dxt = 0.5 * (mu - xt - bent(xt, t)) * noise_t * h
        else:
            dxt = (0.5 * (mu - xt) - bent(xt, t)) * noise_t * h + normals[i] * torch.sqrt(noise_t * h)
        xt = (xt - dxt) * mask
    return xt


@pytest.mark.parametrize("sampler", ["sde", "ode"])
def test_euler_is_grad_tts(sampler: str) -> None:
    normals = NOISE.increments if sampler == "sde" else None
    expected = grad_tts_loop(MU + NOISE.initial / 1.5, MASK[:, None, :].float(), MU, normals)
    torch.testing.assert_close(run((sampler, "euler"), temperature=1.5), expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_a_tuner_that_changes_nothing_changes_no_bit(kind: tuple[str, str]) -> None:
    plain = run(kind)
    assert plain.isfinite().all()
    assert torch.equal(run(kind, tuner=lambda state: None), plain)
    assert torch.equal(run(kind, tuner=lambda state: (state.z, bent(state.x_t, state.times))), plain)


@pytest.mark.parametrize("kind", KINDS)
def test_every_step_costs_one_evaluation_by_tuner_or_score(kind: tuple[str, str]) -> None:
    by_score: list[float] = []
    by_tuner: list[float] = []

    def score(x_t: Tensor, t: Tensor) -> Tensor:
        by_score.append(t[0].item())
        return bent(x_t, t)

    def tuner(state: StepState) -> tuple[Tensor, Tensor] | None:
        if state.progress < 0.5:
            return None
        by_tuner.append(state.t)
        return state.z, bent(state.x_t, state.times)

    run(kind, score_fn=score, tuner=tuner)
    assert len(by_score) + len(by_tuner) == N
    assert min(by_score) > 0.5 >= max(by_tuner)


@pytest.mark.parametrize("kind", KINDS)
def test_a_tuned_normal_moves_x_by_spread_times_its_change(kind: tuple[str, str]) -> None:
    asked = 2
    seen: dict[int, tuple[StepState, Tensor]] = {}
    shift = torch.full_like(MU, 0.25)

    def tuner(state: StepState) -> tuple[Tensor, Tensor] | None:
        if state.index != asked:
            return None
        tuned = replace(state, z=state.z + shift)
        return tuned.z, bent(tuned.x_t, state.times)

    def remember(state: StepState, x_next: Tensor) -> None:
        seen[state.index] = (state, x_next)

    output = run(kind, tuner=tuner, on_step=remember)
    state, before = seen[asked][0], seen[asked - 1][1]
    torch.testing.assert_close(state.x_t - before, state.spread * shift, rtol=1e-4, atol=1e-5)
    assert not torch.allclose(output, run(kind))
    assert torch.equal(seen[N - 1][1], output)


@pytest.mark.parametrize("solver", ["euler", "dpmpp2"])
def test_sde_states_hold_the_normals_of_the_path(solver: str) -> None:
    states: list[StepState] = []
    run(("sde", solver), on_step=lambda state, x_next: states.append(state), temperature=2.0)
    assert torch.equal(states[0].z, NOISE.initial)
    assert states[0].spread == 0.5
    assert torch.equal(states[0].mean, MU)
    for state in states[1:]:
        assert torch.equal(state.z, NOISE.increments[state.index - 1])


def test_ode_eps_stays_the_start_normal_for_a_model_that_knows_the_clean() -> None:
    """With the true y_0 predicted at every step, ``x_t = mu + a y_0 + sigma eps`` has one eps throughout."""
    clean = path_of(1).increments[0].double()
    a_1, sigma_1 = PROCESS.a_and_sigma(torch.tensor(1.0, dtype=torch.float64))
    noise = path_of(dtype=torch.float64)
    start = NoisePath(a_1 * clean + sigma_1 * noise.initial, noise.increments)
    mu = MU.double()
    states: list[StepState] = []

    def score(x_t: Tensor, t: Tensor) -> Tensor:
        a, sigma = (level[:, None, None] for level in PROCESS.a_and_sigma(t))
        return (a * clean - (x_t - mu)) / sigma**2

    run(("ode", "dpmpp2"), score_fn=score, mu=mu, noise=start, on_step=lambda s, x_next: states.append(s))
    for state in states[1:]:
        a, sigma = PROCESS.a_and_sigma(state.times[:1])
        assert state.spread == pytest.approx(sigma.item())
        torch.testing.assert_close(state.mean, mu + a * clean)
        torch.testing.assert_close(state.z, noise.initial)
        assert state.clean is not None
        torch.testing.assert_close(state.clean, mu + clean)


@pytest.mark.parametrize("kind", KINDS)
def test_padding_is_zero_and_changes_no_real_frame(kind: tuple[str, str]) -> None:
    noise = path_of(frames=8)
    mask = torch.arange(8) < torch.tensor([[8], [5]])
    mu = torch.cat([MU, torch.full((2, 3, 3), 9.0)], dim=2)
    output = run(kind, mu=mu, frame_mask=mask, noise=noise)
    assert not output[1, :, 5:].any()
    short = NoisePath(noise.initial[1:, :, :5], noise.increments[:, 1:, :, :5])
    assert torch.equal(run(kind, mu=MU[1:], frame_mask=MASK[1:], noise=short), output[1:, :, :5])


@pytest.mark.parametrize("kind", KINDS)
def test_a_tuner_cannot_leak_into_padding(kind: tuple[str, str]) -> None:
    mask = torch.arange(5) < torch.tensor([[5], [2]])
    output = run(
        kind, frame_mask=mask, tuner=lambda state: (state.z + 1.0, bent(state.x_t, state.times) + 1.0)
    )
    assert not output[1, :, 2:].any()


def test_large_temperature_starts_from_mu() -> None:
    quiet = run(("ode", "euler"), temperature=1e9)
    no_noise = NoisePath(torch.zeros_like(MU), NOISE.increments)
    torch.testing.assert_close(quiet, run(("ode", "euler"), noise=no_noise))


def test_runs_in_the_dtype_of_mu_from_float32_normals() -> None:
    assert run(("sde", "dpmpp2"), mu=MU.double()).dtype == torch.float64


@pytest.mark.parametrize("kind", KINDS)
def test_gradient_flows_through_the_whole_trajectory(kind: tuple[str, str]) -> None:
    noise = path_of(n_steps=3, frames=2, batch=1, dtype=torch.float64)
    mask = torch.ones(1, 2, dtype=torch.bool)
    mu = MU[:1, :, :2].double()

    def output(initial: Tensor, increments: Tensor, mu: Tensor) -> Tensor:
        return run(kind, mu=mu, frame_mask=mask, noise=NoisePath(initial, increments), n_timesteps=3)

    inputs = tuple(part.clone().requires_grad_() for part in (noise.initial, noise.increments, mu))
    # gradcheck compares with finite differences
    assert torch.autograd.gradcheck(output, inputs, rtol=1e-4)


def test_on_step_sees_every_step_in_order_and_can_cancel() -> None:
    seen: list[int] = []

    def stop_at_two(state: StepState, x_next: Tensor) -> bool:
        seen.append(state.index)
        return state.index < 2

    with pytest.raises(SamplingCancelled, match="after step 3 of 6"):
        run(("sde", "euler"), on_step=stop_at_two)
    assert seen == [0, 1, 2]


def test_on_step_changes_no_bit() -> None:
    assert torch.equal(run(("ode", "euler"), on_step=lambda state, x_next: None), run(("ode", "euler")))


@pytest.mark.parametrize("temperature", [0.0, -1.0, math.nan, math.inf])
def test_impossible_temperatures_are_refused(temperature: float) -> None:
    with pytest.raises(InterpError, match=r"temperature: .*allowed: above 0"):
        run(("sde", "euler"), temperature=temperature)


@pytest.mark.parametrize(
    ("kind", "n_steps", "fits"),
    [
        (("sde", "euler"), N, True),
        (("sde", "euler"), N - 1, False),
        (("sde", "euler"), N + 1, False),
        (("sde", "dpmpp2"), N, True),
        (("sde", "dpmpp2"), N - 1, True),
        (("sde", "dpmpp2"), N - 2, False),
        (("ode", "euler"), 0, True),
        (("ode", "dpmpp2"), N + 4, True),
    ],
)
def test_a_path_must_hold_the_steps_that_the_sde_takes(
    kind: tuple[str, str], n_steps: int, fits: bool
) -> None:
    if fits:
        assert run(kind, noise=path_of(n_steps)).shape == MU.shape
    else:
        with pytest.raises(InterpError, match=f"noise: {n_steps} increments"):
            run(kind, noise=path_of(n_steps))


def test_shapes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(InterpError, match="frame_mask: shape"):
        run(("sde", "euler"), frame_mask=MASK[:, :-1])
    with pytest.raises(InterpError, match="draw it with the lengths of this batch"):
        run(("sde", "euler"), noise=path_of(frames=4))
