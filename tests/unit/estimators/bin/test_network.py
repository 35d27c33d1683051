from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import nn

from guidance.bound_objective import BoundObjective
from guidance.settings import GuidanceSettings
from guidance.tuner import StepLandscape
from interp.diffusion.classifier_free import FULL
from interp.diffusion.process import DiffusionProcess
from interp.diffusion.sampler import StepState
from interp.estimators.bin.bound import BoundModel
from interp.estimators.bin.config import BinConfig
from interp.estimators.bin.queries import query_sets
from interp.estimators.contract import TargetCells
from interp.settings.objectives import shipped_objective
from masks.errors import InterpError
from masks.grid import MelGrid
from masks.groups import GROUP_NAMES, key_share, log_weights

FRAMES = 22
T = torch.tensor([0.4])


def inputs(n_frames, seed=3):
    """y_t, mu and the frame mask of one sentence."""
    y_t, mu = torch.randn(2, 1, 80, n_frames, generator=torch.Generator().manual_seed(seed))
    return y_t, mu, torch.ones(1, n_frames, dtype=torch.bool)


def evaluate(estimator, refs, visible=(1, 1, 1, 1), n_frames=FRAMES, **kwargs):
    y_t, mu, mask = inputs(n_frames)
    bank = estimator.encode_references(refs)
    weights = log_weights(torch.tensor([[visible]]).float(), bank.membership)
    return estimator(y_t, T, mu, mask, bank, weights, **kwargs)


@pytest.fixture
def refs(random_references):
    return random_references([(24, 17)])


def test_shapes_and_masses_that_sum_to_one(estimator, refs):
    out = evaluate(estimator, refs)
    assert out.v.shape == (1, 80, FRAMES)
    assert list(out.masses) == list(out.contributions) == list(estimator.config.cross_layers)
    for mass in out.masses.values():
        assert mass.shape == (1, 15 * 6, 8)
        assert torch.allclose(mass.sum(-1), torch.ones(1, 15 * 6))


@pytest.mark.parametrize("seed", range(3))
def test_all_groups_closed_leave_the_blocks_input_bit_for_bit(estimator, refs, seed):
    """Logits here reach some hundreds; a closed group is closed as long as none comes near 1e4."""
    torch.manual_seed(seed)
    for layer in estimator.config.cross_layers:
        cross = estimator.layers[layer].cross
        for parameter in cross.parameters():
            nn.init.normal_(parameter)
        cross.modulation.linear.bias[32:] *= 1e3  # the gate
        tokens = estimator.tokens(refs)
        wide = cross.encode(tokens.values, tokens.membership)
        x, time = torch.randn(1, 15, 6, 16), torch.randn(1, 16)
        closed = log_weights(torch.zeros(1, 1, 4), tokens.membership)
        out, _, contribution = cross(x, time, wide, closed, torch.ones(1, 1, 6, 1))
        assert torch.equal(out, x)
        assert contribution.item() == 0
        opened = log_weights(torch.ones(1, 1, 4), tokens.membership)
        assert not torch.equal(cross(x, time, wide, opened, torch.ones(1, 1, 6, 1))[0], x)


@pytest.mark.parametrize(("ref", "visible"), [(0, (0, 0, 1, 1)), (1, (1, 1, 0, 0))])
def test_what_a_closed_reference_holds_does_not_matter_at_all(estimator, refs, ref, visible):
    mel = refs.mel.clone()
    mel[:, ref] = 5 * torch.randn_like(mel[:, ref])
    other = replace(refs, mel=mel, voice=refs.voice + torch.eye(2)[ref][None, :, None])
    assert torch.equal(evaluate(estimator, refs, visible).v, evaluate(estimator, other, visible).v)
    assert not torch.allclose(evaluate(estimator, refs).v, evaluate(estimator, other).v, atol=1e-3)


def test_in_freq_masked_ref_1_gives_its_pitch_alone(estimator, refs):
    wanted = (1, 0, 0, 1)
    voice = replace(refs, voice=refs.voice + torch.tensor([1.0, 0.0])[None, :, None])
    pitch = replace(refs, f0_hz=refs.f0_hz * torch.tensor([1.3, 1.0])[None, :, None])
    v = evaluate(estimator, refs, wanted).v
    assert torch.equal(v, evaluate(estimator, voice, wanted).v)
    assert not torch.allclose(v, evaluate(estimator, pitch, wanted).v, atol=1e-4)


def test_style_reaches_the_output_through_the_references_alone(estimator, refs, random_references):
    closed = (0, 0, 0, 0)
    other = random_references([(9, 24)], seed=7)
    assert torch.equal(evaluate(estimator, refs, closed).v, evaluate(estimator, other, closed).v)


@pytest.mark.parametrize("n_frames", [5, 6, 7, 9, 18])
def test_a_sentence_is_the_same_alone_and_in_a_padded_batch(estimator, random_references, n_frames):
    refs = random_references([(24, 17), (24, 17)])
    first = replace(refs, **{k: v[:1] for k, v in vars(refs).items()})
    alone = evaluate(estimator, first, n_frames=n_frames)
    short, long = inputs(n_frames), inputs(FRAMES, seed=4)
    y_t, mu = (
        torch.cat([torch.full((1, 80, FRAMES), 9.0), x[1]]) for x in zip(short[:2], long[:2], strict=True)
    )
    y_t[0, :, :n_frames], mu[0, :, :n_frames] = short[0][0], short[1][0]
    mask = torch.arange(FRAMES) < torch.tensor([n_frames, FRAMES])[:, None]
    bank = estimator.encode_references(refs)
    weights = log_weights(torch.ones(2, 1, 4), bank.membership)
    batch = estimator(y_t, T.repeat(2), mu, mask, bank, weights)
    assert torch.allclose(batch.v[:1, :, :n_frames], alone.v, atol=1e-5)
    assert not batch.v[0, :, n_frames:].any()
    columns = -(-n_frames // 4)
    for layer, mass in batch.masses.items():
        real = mass[:1].unflatten(1, (15, -1))[:, :, :columns].flatten(1, 2)
        assert torch.allclose(real, alone.masses[layer], atol=1e-5)
        assert torch.allclose(batch.contributions[layer][:1], alone.contributions[layer], rtol=1e-4)


def test_nothing_but_content_tells_the_references_apart(estimator, refs):
    swapped = replace(refs, **{k: v.flip(1) for k, v in vars(refs).items()})
    one, other = evaluate(estimator, refs), evaluate(estimator, swapped)
    assert torch.allclose(one.v, other.v, atol=1e-5)
    for layer, mass in one.masses.items():
        assert torch.allclose(mass[..., [2, 3, 0, 1]], other.masses[layer][..., :4], atol=1e-5)


@pytest.mark.parametrize("last", [1, 2])
def test_a_pass_that_stops_early_has_the_masses_of_the_whole_one(estimator, refs, last):
    whole, stopped = evaluate(estimator, refs), evaluate(estimator, refs, stop_after=last)
    assert stopped.v is None
    assert list(stopped.masses) == list(range(1, last + 1))
    for layer, mass in stopped.masses.items():
        assert torch.equal(mass, whole.masses[layer])
        assert torch.equal(stopped.contributions[layer], whole.contributions[layer])


@pytest.mark.parametrize(
    "wrong",
    [
        {"width": 18, "n_heads": 4},
        {"row_heights": (4,) * 19},
        {"n_heads": 0},
        {"fine_bins": 15},
        {"coarse_bins": 6},
        {"comb_bins": 81},
        {"fine_bins": 80},
        {"cross_layers": (1, 5)},
        {"cross_layers": ()},
        {"cross_layers": (2, 1)},
    ],
)
def test_sizes_that_do_not_fit(wrong):
    with pytest.raises(InterpError, match=list(wrong)[-1] if "n_heads" not in wrong else "heads|sizes"):
        BinConfig(**wrong)


def doubled(refs):
    return replace(refs, **{k: v.double() if v.is_floating_point() else v for k, v in vars(refs).items()})


@pytest.fixture
def bound(estimator, refs):
    """The default objective over the whole estimator, in float64."""
    estimator = estimator.double()
    bank = estimator.encode_references(doubled(refs))
    frame_mask = torch.arange(FRAMES)[None] < FRAMES - 1
    pitch = torch.zeros(80, FRAMES, dtype=torch.bool)
    pitch[2:5, 3:12] = True
    mu = torch.randn(1, 80, FRAMES, dtype=torch.float64)
    weights = {FULL: log_weights(torch.ones(1, 1, 4), bank.membership)}
    model = BoundModel(estimator, DiffusionProcess(), mu, frame_mask, bank, weights, layers=(0, 1, 2))
    queries, _ = query_sets(
        [TargetCells(pitch.numpy(), None, 120.0)], frame_mask, estimator.config, MelGrid()
    )
    objective = shipped_objective("matched")
    share = key_share(bank.membership)
    shares = {name: share[:, i] for i, name in enumerate(GROUP_NAMES[:4])}
    return BoundObjective(model, objective, queries, shares, GuidanceSettings(gamma=0.7))


def test_the_tuning_gradient_agrees_with_finite_differences(bound):
    torch.manual_seed(5)
    mu, mask = bound.model.mu, bound.model.frame_mask
    z = torch.randn_like(mu) * mask[:, None]
    state = StepState(1, 0.6, mu + 0.1 * torch.randn_like(mu), -0.8, z, mu, mask)
    landscape = StepLandscape(bound, state, bound.objective.terms(1))
    slope = landscape.slope(z, ())
    assert slope.gradient.dtype == torch.float64
    directions = [torch.randn_like(z) * mask[:, None] for _ in range(3)] + [
        slope.gradient / slope.gradient.norm()
    ]
    h = 1e-5
    for direction in directions:
        up, down = (landscape.evaluate(z + sign * h * direction, slope.readings).loss for sign in (1, -1))
        measured, expected = (up - down).item() / (2 * h), (slope.gradient * direction).sum().item()
        assert measured == pytest.approx(expected, rel=1e-5)
        assert abs(expected) > 1e-5
