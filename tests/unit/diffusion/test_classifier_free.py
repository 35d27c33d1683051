import math

import pytest
import torch

from interp.diffusion.classifier_free import ClassifierFreeGuidance
from masks.errors import InterpError

X_T = torch.randn(2, 3, 4, generator=torch.Generator().manual_seed(0))
T = torch.full((2,), 0.5)
FULL, NO_PITCH, NO_REST = 2.0, 3.0, 5.0


class Model:
    """Answers a different multiple of x_t for every set of dropped groups, and remembers what was asked."""

    def __init__(self) -> None:
        self.asked: list[frozenset[str]] = []

    def __call__(self, x_t: torch.Tensor, t: torch.Tensor, drop: frozenset[str]) -> torch.Tensor:
        self.asked.append(drop)
        factors = {frozenset(): FULL, frozenset({"pitch"}): NO_PITCH, frozenset({"rest"}): NO_REST}
        return factors[drop] * x_t


@pytest.mark.parametrize(
    ("pitch", "rest", "asked"),
    [
        (1.0, 1.0, [set()]),
        (2.0, 1.0, [set(), {"pitch"}]),
        (1.0, 2.0, [set(), {"rest"}]),
        (0.0, 3.0, [set(), {"pitch"}, {"rest"}]),
    ],
)
def test_weights_act_on_their_own_group_and_one_costs_nothing(
    pitch: float, rest: float, asked: list[set[str]]
) -> None:
    model = Model()
    guided = ClassifierFreeGuidance(model, pitch, rest)(X_T, T)
    expected = FULL + (pitch - 1) * (FULL - NO_PITCH) + (rest - 1) * (FULL - NO_REST)
    torch.testing.assert_close(guided, expected * X_T)
    assert model.asked == [frozenset(drop) for drop in asked]


def test_without_guidance_the_score_is_the_model_s_own_bits() -> None:
    assert torch.equal(ClassifierFreeGuidance(Model())(X_T, T), FULL * X_T)


def test_pitch_weight_zero_is_the_model_without_pitch() -> None:
    torch.testing.assert_close(ClassifierFreeGuidance(Model(), pitch_weight=0.0)(X_T, T), NO_PITCH * X_T)


def test_sharpen_takes_the_full_score_as_given() -> None:
    model = Model()
    guidance = ClassifierFreeGuidance(model, 1.5, 1.0)
    torch.testing.assert_close(guidance.sharpen(FULL * X_T, X_T, T), guidance(X_T, T))
    assert model.asked.count(frozenset()) == 1


@pytest.mark.parametrize("weight", [-0.1, math.nan, math.inf])
def test_weights_without_meaning_are_refused(weight: float) -> None:
    with pytest.raises(InterpError, match="cfg_pitch"):
        ClassifierFreeGuidance(Model(), pitch_weight=weight)
    with pytest.raises(InterpError, match="cfg_rest"):
        ClassifierFreeGuidance(Model(), rest_weight=weight)
