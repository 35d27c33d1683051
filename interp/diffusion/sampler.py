"""The one loop from noise to mel, for the reverse SDE and the probability-flow ODE, guided or plain."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from interp.diffusion.noise import NoisePath
from interp.diffusion.process import DiffusionProcess
from interp.diffusion.solvers import Estimate, Past, Solver, make_solver
from masks.errors import InterpError


class SamplingCancelled(Exception):
    """``on_step`` returned False; there is no output, for half a reverse process is no mel."""


@dataclass(frozen=True)
class StepState:
    """Where the sampler stands before it asks the network: ``x_t = mean + spread * z``.

    Parameters
    ----------
    index : int, number of evaluations made before
    t : float in (0, 1], the time that the network is told
    mean : (B, n_mels, T) x_t without its normal; for the ODE ``mu + a y_0``, y_0 as the step before
        predicted it
    spread : float, factor of the normal, negative since increments are subtracted; for the ODE sigma
    z : (B, n_mels, T) the standard normal that produced x_t; for the ODE eps in
        ``x_t = mu + a y_0 + sigma eps``
    mu : (B, n_mels, T) what the process decays to, 0 on padded frames
    frame_mask : (B, T) True on real frames
    clean : (B, n_mels, T) clean mel predicted in the step before, in model units; None at the first step
    """

    index: int
    t: float
    mean: Float[Tensor, "B n_mels T"]
    spread: float
    z: Float[Tensor, "B n_mels T"]
    mu: Float[Tensor, "B n_mels T"]
    frame_mask: Bool[Tensor, "B T"]
    clean: Float[Tensor, "B n_mels T"] | None = None

    @property
    def progress(self) -> float:
        """``1 - t``: 0 is noise, 1 is data."""
        return 1.0 - self.t

    @property
    def x_t(self) -> Float[Tensor, "B n_mels T"]:
        """The state itself; with another normal, ``dataclasses.replace(state, z=tuned).x_t``."""
        return self.mean + self.spread * self.z

    @property
    def times(self) -> Float[Tensor, " B"]:
        """``t`` once per sample, as the network takes it."""
        return self.mean.new_full((self.mean.shape[0],), self.t)


class ScoreFunction(Protocol):
    """The model as the sampler knows it."""

    def __call__(
        self, x_t: Float[Tensor, "B n_mels T"], t: Float[Tensor, " B"]
    ) -> Float[Tensor, "B n_mels T"]:
        """Score of x_t at times t."""


class Tuner(Protocol):
    """Whoever may change a step's normal before the step is taken."""

    def __call__(
        self, state: StepState
    ) -> tuple[Float[Tensor, "B n_mels T"], Float[Tensor, "B n_mels T"]] | None:
        """The tuned normal and the score at ``replace(state, z=tuned).x_t``; None to leave the step alone."""


OnStep = Callable[[StepState, Float[Tensor, "B n_mels T"]], bool | None]


def sample(
    score_fn: ScoreFunction,
    mu: Float[Tensor, "B n_mels T"],
    frame_mask: Bool[Tensor, "B T"],
    noise: NoisePath,
    *,
    process: DiffusionProcess,
    n_timesteps: int,
    sampler: str = "sde",
    solver: str = "euler",
    temperature: float = 1.0,
    tuner: Tuner | None = None,
    on_step: OnStep | None = None,
) -> Float[Tensor, "B n_mels T"]:
    """Run the reverse process from ``mu + z / temperature`` to a mel in model units.

    The network is evaluated ``n_timesteps`` times, once a step, by ``score_fn`` or by the tuner. Nothing is
    drawn, and gradients flow through everything unless the caller forbids them.

    Parameters
    ----------
    score_fn : maps x_t and t (B,) to the score
    mu : (B, n_mels, T) model units; its dtype and device are those of the whole run
    frame_mask : (B, T) True on real frames; the output is 0 elsewhere
    noise : the normals; ``n_timesteps`` increments for the SDE (dpmpp2 needs one less, the ODE none)
    n_timesteps : int, at least 1
    sampler : "sde" (reverse SDE) or "ode" (probability flow)
    solver : "euler" (Grad-TTS) or "dpmpp2" (second order)
    temperature : float above 0; *divides* the start normals, so larger is calmer
    tuner : may replace each step's normal, see `Tuner`; None, or a tuner that keeps z, gives the same bits
    on_step : called after each step with its state (the tuned z in it) and the next x; False cancels

    Returns
    -------
    (B, n_mels, T), model units

    Raises
    ------
    InterpError
        For an option or a noise path that does not fit.
    SamplingCancelled
        When ``on_step`` returns False.
    """
    steps = make_solver(solver, sampler, n_timesteps, process)
    _check(mu, frame_mask, noise, steps, temperature)
    mask = frame_mask[:, None, :].to(mu)
    run = _Run(process, steps, mu * mask, mask, noise.to_like(mu))
    mean, spread, z = run.mu, 1.0 / temperature, run.noise.initial * mask
    past: Past = ()
    for index, t in enumerate(steps.evaluation_times):
        clean = run.mu + past[0].clean if past else None
        state = StepState(index, t, mean, spread, z, run.mu, frame_mask, clean)
        state, score = _evaluate(state, score_fn, tuner, mask)
        now = run.estimate(state, score)
        mean, spread, z = run.arrive(index, now, past)
        past = (now, *past[:1])
        if on_step is not None and on_step(state, mean + spread * z) is False:
            raise SamplingCancelled(f"cancelled after step {index + 1} of {n_timesteps}")
    return mean + spread * z


@dataclass(frozen=True)
class _Run:
    """What stays the same from step to step; mu and the normals are 0 on padded frames, hence so is x."""

    process: DiffusionProcess
    steps: Solver
    mu: Float[Tensor, "B n_mels T"]
    mask: Float[Tensor, "B 1 T"]
    noise: NoisePath

    def estimate(self, state: StepState, score: Float[Tensor, "B n_mels T"]) -> Estimate:
        """Read the network's answer about mu."""
        y = state.x_t - self.mu
        return Estimate(y, score, self.process.clean_of_score(y, score, state.times))

    def arrive(
        self, index: int, now: Estimate, past: Past
    ) -> tuple[Float[Tensor, "B n_mels T"], float, Float[Tensor, "B n_mels T"]]:
        """The next x as mean, spread and normal."""
        mean = self.mu + self.steps.advance(index, now, past)
        factor = self.steps.noise_factors[index]
        if factor != 0.0:
            return mean, factor, self.noise.increments[index] * self.mask
        if index == len(self.steps.state_times) - 1:
            return mean, 0.0, torch.zeros_like(mean)
        return self._held(mean, now.clean, self.steps.state_times[index + 1])

    def _held(
        self, x_next: Float[Tensor, "B n_mels T"], clean: Float[Tensor, "B n_mels T"], t: float
    ) -> tuple[Float[Tensor, "B n_mels T"], float, Float[Tensor, "B n_mels T"]]:
        """The ODE adds no normal; its eps is what remains of x when the predicted clean is held."""
        a, sigma = (level.item() for level in self.process.a_and_sigma(torch.tensor(t, dtype=torch.float64)))
        mean = self.mu + a * clean
        return mean, sigma, (x_next - mean) / sigma


def _evaluate(
    state: StepState, score_fn: ScoreFunction, tuner: Tuner | None, mask: Float[Tensor, "B 1 T"]
) -> tuple[StepState, Float[Tensor, "B n_mels T"]]:
    """The one evaluation of a step, by the tuner or plainly."""
    tuned = None if tuner is None else tuner(state)
    if tuned is None:
        return state, score_fn(state.x_t, state.times) * mask
    z, score = tuned
    return replace(state, z=z * mask), score * mask


def _check(mu: Tensor, frame_mask: Tensor, noise: NoisePath, steps: Solver, temperature: float) -> None:
    if not (math.isfinite(temperature) and temperature > 0.0):
        raise InterpError(f"temperature: {temperature}; allowed: above 0; it divides the start normals")
    if frame_mask.shape != (mu.shape[0], mu.shape[2]):
        raise InterpError(
            f"frame_mask: shape {tuple(frame_mask.shape)} for mu {tuple(mu.shape)}; give (batch, frames)"
        )
    if noise.initial.shape != mu.shape or noise.increments.shape[1:] != mu.shape:
        raise InterpError(
            f"noise: initial {tuple(noise.initial.shape)}, increments {tuple(noise.increments.shape)} for mu "
            f"{tuple(mu.shape)}; draw it with the lengths of this batch"
        )
    needed = sum(factor != 0.0 for factor in steps.noise_factors)
    if needed and not needed <= noise.n_steps <= len(steps.noise_factors):
        raise InterpError(
            f"noise: {noise.n_steps} increments for {len(steps.noise_factors)} steps of the SDE; allowed: "
            f"{needed} to {len(steps.noise_factors)}; draw it with n_steps=n_timesteps"
        )
