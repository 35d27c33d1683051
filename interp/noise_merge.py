"""What one seed means at another step count: two steps' normals merged into one, or one split into two."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from interp.noise import NoisePath
from masks.errors import InterpError


@dataclass(frozen=True)
class MergeWeights:
    """How two consecutive normals make one: ``n = first n1 + second n2``, their squares adding up to 1.

    Made by `euler_weights` or `exponential_weights`; one pair of numbers per coarse step.
    """

    first: tuple[float, ...]
    second: tuple[float, ...]


def euler_weights(step_sizes: Sequence[float]) -> MergeWeights:
    """Weights that merge Euler's steps: ``(sqrt(b1 h1) n1 + sqrt(b2 h2) n2) / sqrt(b1 h1 + b2 h2)``.

    Parameters
    ----------
    step_sizes : ``beta h`` of every fine step (``EulerSolver.step_sizes``), an even number of them

    Raises
    ------
    InterpError
        If their number is odd.
    """
    return _weights([(math.sqrt(one), math.sqrt(two)) for one, two in _pairs(step_sizes)])


def exponential_weights(step_sizes: Sequence[float]) -> MergeWeights:
    """Weights that merge exponential steps: the first normal has decayed by ``e^-h2`` when the second comes.

    ``(e^-h2 sqrt(1 - e^-2h1) z1 + sqrt(1 - e^-2h2) z2) / sqrt(1 - e^-2(h1 + h2))``

    Parameters
    ----------
    step_sizes : h in half log-SNR of every fine step (``ExponentialSolver.step_sizes``), an even number

    Raises
    ------
    InterpError
        If their number is odd.
    """
    spreads = [
        (math.exp(-two) * math.sqrt(-math.expm1(-2.0 * one)), math.sqrt(-math.expm1(-2.0 * two)))
        for one, two in _pairs(step_sizes)
    ]
    return _weights(spreads)


def coarsen(path: NoisePath, weights: MergeWeights) -> NoisePath:
    """The same seed at half the steps: every two increments become the one that moves x as far as both.

    Parameters
    ----------
    path : as many increments as fine steps (for dpmpp2 one less than ``n_timesteps``)
    weights : for these steps

    Raises
    ------
    InterpError
        If the path has another number of increments.
    """
    _check_steps(path, 2 * len(weights.first))
    first, second = _columns(weights, path)
    return NoisePath(path.initial, first * path.increments[0::2] + second * path.increments[1::2])


def refine(path: NoisePath, bridge: NoisePath, weights: MergeWeights) -> NoisePath:
    """The same seed at twice the steps: a Brownian bridge between the increments, the inverse of `coarsen`.

    Parameters
    ----------
    path : as many increments as coarse steps
    bridge : as many again, from other seeds; its initial normals are not used
    weights : for the fine steps

    Returns
    -------
    NoisePath with twice the increments, standard normal again, which `coarsen` turns back into ``path``

    Raises
    ------
    InterpError
        If one of the two has another number of increments.
    """
    _check_steps(path, len(weights.first))
    _check_steps(bridge, len(weights.first))
    first, second = _columns(weights, path)
    # a rotation of (path, bridge), so independence and unit variance are kept
    halves = (
        first * path.increments + second * bridge.increments,
        second * path.increments - first * bridge.increments,
    )
    return NoisePath(path.initial, torch.stack(halves, dim=1).flatten(0, 1))


def _pairs(step_sizes: Sequence[float]) -> list[tuple[float, float]]:
    if len(step_sizes) % 2:
        raise InterpError(f"noise: {len(step_sizes)} steps cannot be merged two by two; give an even number")
    return list(zip(step_sizes[0::2], step_sizes[1::2], strict=True))


def _weights(spreads: list[tuple[float, float]]) -> MergeWeights:
    norms = [math.hypot(one, two) for one, two in spreads]
    return MergeWeights(
        tuple(one / norm for (one, _), norm in zip(spreads, norms, strict=True)),
        tuple(two / norm for (_, two), norm in zip(spreads, norms, strict=True)),
    )


def _columns(weights: MergeWeights, path: NoisePath) -> tuple[Tensor, Tensor]:
    first, second = (path.increments.new_tensor(column) for column in (weights.first, weights.second))
    return first[:, None, None, None], second[:, None, None, None]


def _check_steps(path: NoisePath, n_steps: int) -> None:
    if path.n_steps != n_steps:
        raise InterpError(
            f"noise: {path.n_steps} increments, but the weights are for {n_steps}; give as many"
        )
