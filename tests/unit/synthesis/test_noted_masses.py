"""Masses are noted at the times asked for, of the last evaluation there, and what is asked is counted."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
import torch
from torch import Tensor

from guidance.masses import AttentionMasses
from guidance.windows import Windows
from interp.diffusion.sampler import SamplingCancelled
from interp.synthesis.noted_masses import NotedMasses, time_after

TIMES = (0.9, 0.6, 0.3)


@dataclass
class Toy:
    """A model whose one mass is the mean of x_t's squares; it remembers what was asked of it."""

    mu: Tensor = field(default_factory=lambda: torch.zeros(1, 2, 3))
    frame_mask: Tensor = field(default_factory=lambda: torch.ones(1, 3, dtype=torch.bool))
    asked: list[str] = field(default_factory=list)

    def score(self, x_t: Tensor, t: Tensor) -> Tensor:
        self.asked.append("score")
        return -x_t

    def masses(self, x_t: Tensor, t: Tensor) -> AttentionMasses:
        self.asked.append("masses")
        return AttentionMasses((0,), ((x_t**2).mean().reshape(1, 1, 1),), torch.ones(1, 1), ("ref1.pitch",))

    def score_and_masses(self, x_t: Tensor, t: Tensor) -> tuple[Tensor, AttentionMasses]:
        self.asked.append("both")
        masses = AttentionMasses((0,), ((x_t**2).mean().reshape(1, 1, 1),), torch.ones(1, 1), ("ref1.pitch",))
        return -x_t, masses


def at(t: float) -> Tensor:
    """As the sampler hands it on, in float32."""
    return torch.tensor([t])


def x(value: float) -> Tensor:
    return torch.full((1, 2, 3), value)


def mass(masses: AttentionMasses) -> float:
    return float(masses.mass[0])


def test_only_the_times_asked_for_are_noted() -> None:
    noted = NotedMasses(Toy(), (0.6,))
    for t in TIMES:
        noted.score(x(t), at(t))
    assert noted.model.asked == ["score", "both", "score"]
    assert list(noted.found) == [0.6]
    assert mass(noted.found[0.6]) == pytest.approx(0.36)


def test_of_several_evaluations_at_one_time_the_last_is_kept_and_all_count() -> None:
    noted = NotedMasses(Toy(), TIMES)
    noted.score_and_masses(x(3.0), at(0.9))
    noted.masses(x(5.0), at(0.9))
    noted.score_and_masses(x(2.0), at(0.9))
    assert mass(noted.found[0.9]) == pytest.approx(4.0)
    assert (noted.evaluations, noted.gradients) == (2, 1)


def test_the_sampler_is_stopped_at_the_last_time_by_an_evaluation_of_the_masses_alone() -> None:
    noted = NotedMasses(Toy(), TIMES[:2], ends=True)
    noted.score(x(1.0), at(0.9))
    with pytest.raises(SamplingCancelled):
        noted.score(x(2.0), at(0.6))
    assert noted.model.asked == ["both", "masses"]
    assert [mass(m) for m in noted.found.values()] == pytest.approx([1.0, 4.0])


def test_evaluations_computed_again_have_the_same_gradient() -> None:
    gradients, asked = [], []
    for recompute in (False, True):
        noted = NotedMasses(Toy(), TIMES, recompute=recompute)
        x_t = x(2.0).requires_grad_(True)
        noted.score(x_t, at(0.9))
        (gradient,) = torch.autograd.grad(noted.found[0.9].mass[0].sum(), x_t)
        gradients.append(gradient)
        asked.append(len(noted.model.asked))
    assert torch.equal(*gradients)
    assert asked == [1, 2]


@pytest.mark.parametrize(
    ("windows", "expected"),
    [
        (Windows(0.2, 0.5), 0.3),
        (Windows(0.0, 0.2), 0.6),
        (Windows(0.1, 1.0), None),
        (Windows(0.0, 0.0), None),
    ],
)
def test_the_time_after_the_windows(windows: Windows, expected: float | None) -> None:
    assert time_after(windows, TIMES) == expected
