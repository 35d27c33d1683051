from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from interp.diffusion.process import DiffusionProcess
from interp.train.batch import BatchMaker
from interp.train.dataset.bank import LOW_BINS
from interp.train.examples import ExampleDrawer, ExampleShares
from interp.train.loss import bin_losses
from masks.grid import MelGrid
from masks.groups import PADDING
from masks.pitch import pitch_mask
from masks.reduce import PatchGrid
from masks.target import N_HARMONICS

FRAMES, REF_FRAMES = 16, 12
MEAN, STD = -5.5, 1.2
GRID = PatchGrid((4,) * 10 + (8,) * 5, 4)


@pytest.fixture
def maker(bank):
    return BatchMaker(bank, GRID, FRAMES, REF_FRAMES, MEAN, STD)


def plans_of(bank, n=6, **shares):
    drawer = ExampleDrawer(bank, ExampleShares(**shares), FRAMES, REF_FRAMES)
    rng = np.random.default_rng(0)
    return [drawer.draw(rng) for _ in range(n)]


def frames_of(bank, item, start, n):
    at = bank.starts[item] + start
    return bank.mel[at : at + n].float().T


def test_a_bank_holds_every_frame_of_its_features(bank, features):
    assert len(bank.lengths) == len(features)
    for item, f in enumerate(features):
        n = f.mel.shape[1]
        assert bank.lengths[item] == n
        assert np.array_equal(frames_of(bank, item, 0, n).numpy(), f.mel.astype(np.float32))
        assert bank.log_f0[item] == pytest.approx(np.log(f.variant.median_hz))
    assert bank.low_pitch.shape == (len(bank.mel), LOW_BINS)


def test_pitch_cells_are_those_of_every_frame(bank):
    f0_hz = bank.f0_hz.numpy()
    assert np.array_equal(bank.fine_pitch.numpy(), pitch_mask(f0_hz, MelGrid())[:16].T)
    low = pitch_mask(f0_hz, MelGrid(), n_harmonics=N_HARMONICS)[:LOW_BINS].T
    assert np.array_equal(bank.low_pitch.numpy(), low)


def test_variants_of_a_recording_share_their_mu(bank, features):
    for key in {f.key for f in features}:
        items = [i for i, f in enumerate(features) if f.key == key]
        assert len({int(bank.mu_starts[i]) for i in items}) == 1
        assert len({int(bank.recording_id[i]) for i in items}) == 1
    assert len(bank.mu) == sum(int(bank.lengths[bank.recording_id == r][0]) for r in set(bank.recording_id))


def test_phones_begin_where_the_durations_say(bank, texts, features):
    durations = texts[features[0].key].durations
    starts = np.cumsum(durations) - durations
    assert bank.boundaries[0].tolist() == sorted(set(starts[1::2].tolist()))


def test_targets_are_crops_about_mu(bank, maker):
    plans = plans_of(bank, factorised=0.0, switched=0.0)
    batch = maker.make(plans)
    for i, plan in enumerate(plans):
        n = min(FRAMES, int(bank.lengths[plan.target]) - plan.starts[0])
        mel = (frames_of(bank, plan.target, plan.starts[0], n) - MEAN) / STD
        assert torch.allclose((batch.y0 + batch.mu)[i, :, :n], mel, atol=1e-5)
        assert batch.frame_mask[i].tolist() == [True] * n + [False] * (FRAMES - n)
        place = (plan.starts[0] + torch.arange(n)) / bank.lengths[plan.target]
        assert torch.allclose(batch.relative_time[i, :n], place.float())


def test_switched_targets_are_spliced(bank, maker):
    plans = plans_of(bank, factorised=0.0, switched=1.0)
    batch = maker.make(plans)
    mel = (batch.y0 + batch.mu) * STD + MEAN
    for i, plan in enumerate(plans):
        first = frames_of(bank, plan.target, plan.starts[0], plan.switch)
        assert torch.allclose(mel[i, :, : plan.switch], first, atol=1e-4)
        n = min(FRAMES - plan.switch, int(bank.lengths[plan.after]) - plan.starts[1])
        second = frames_of(bank, plan.after, plan.starts[1], n)
        assert torch.allclose(mel[i, :, plan.switch : plan.switch + n], second, atol=1e-4)
        later = torch.arange(0, FRAMES, 4) >= plan.switch
        expected = torch.where(later, plan.pitch_from[1], plan.pitch_from[0])
        assert (batch.pitch_from[i].unflatten(0, (15, -1)) == expected).all()


def test_pitch_and_rest_part_the_queries_of_real_columns(bank, maker):
    batch = maker.make(plans_of(bank))
    real = batch.frame_mask.unflatten(1, (-1, 4)).any(-1)[:, None].expand(-1, 15, -1).flatten(1)
    assert torch.equal(batch.pitch_queries | batch.rest_queries, real)
    assert not (batch.pitch_queries & batch.rest_queries).any()
    assert batch.pitch_queries.any()


def test_references_are_crops_in_model_units(bank, maker):
    plans = plans_of(bank)
    refs = maker.make(plans).refs
    for i, plan in enumerate(plans):
        for r in (0, 1):
            mel = (frames_of(bank, plan.refs[r], plan.ref_starts[r], REF_FRAMES) - MEAN) / STD
            assert torch.allclose(refs.mel[i, r], mel, atol=1e-5)
            assert torch.equal(refs.voice[i, r], bank.voice[plan.refs[r]])
    assert not refs.pitch_cells[:, :, 16:].any()
    assert refs.pitch_cells[:, :, :16].any()


@pytest.fixture
def loss_of(bank, maker, estimator):
    plans = plans_of(bank, factorised=0.5)

    def compute(change=None, seed=1):
        batch = maker.make(plans)
        batch = batch if change is None else change(batch)
        noise = torch.randn(batch.y0.shape, generator=torch.Generator().manual_seed(seed))
        t = torch.linspace(0.1, 0.9, len(plans))
        return bin_losses(estimator, batch, t, noise, DiffusionProcess())

    return compute


def test_losses_count_where_the_batch_says(loss_of):
    losses = loss_of()
    assert losses.counts.any()
    assert not losses.counts.all()
    for nll in (losses.pitch, losses.rest):
        assert not nll[~losses.counts].any()
        assert (nll[losses.counts] > 0).all()
    n = losses.counts.sum()
    total = losses.score.mean() + 0.1 * (losses.pitch.sum() + losses.rest.sum()) / n
    assert torch.allclose(losses.total(0.1), total)


def test_swapped_sources_turn_the_mass_losses_round(loss_of):
    """They are -log p and -log (1 - p) of the same masses."""
    one = loss_of()
    other = loss_of(lambda b: replace(b, pitch_from=1 - b.pitch_from, rest_from=1 - b.rest_from))
    assert torch.equal(one.score, other.score)
    for a, b in ((one.pitch, other.pitch), (one.rest, other.rest)):
        a, b = a[one.counts], b[one.counts]
        assert not torch.allclose(a, b)
        assert ((-a).exp() + (-b).exp() <= 1 + 1e-5).all(), "Jensen"
        assert (torch.minimum(a, b) < 1.5).all()


def test_the_mass_losses_are_of_relative_masses_of_one_kind(loss_of, estimator):
    """Pitch against pitch, rest against rest, mean of the last two layers of three, by hand."""
    seen = []
    estimator.register_forward_hook(lambda _, inputs, out: seen.append((inputs[4], out)))
    batches = []
    losses = loss_of(lambda b: batches.append(b) or b)
    (bank, out), batch = seen[0], batches[0]
    n_keys = bank.membership.sum(1)
    mass = (out.masses[2] + out.masses[3]) / 2
    for name, columns in (("pitch", (0, 2)), ("rest", (1, 3))):
        of_key = [
            mass[..., c] / (n_keys[:, c] / n_keys[:, c // 2 * 2 : c // 2 * 2 + 2].sum(1))[:, None]
            for c in columns
        ]
        second = of_key[1] / (of_key[0] + of_key[1])
        source = getattr(batch, f"{name}_from")
        nll = -torch.where(source == 1, second, 1 - second).log()
        on = getattr(batch, f"{name}_queries")
        expected = (nll * on).sum(1) / on.sum(1)
        assert torch.allclose(getattr(losses, name)[batch.counts], expected[batch.counts], rtol=1e-3)


def test_padded_frames_do_not_enter_the_score_loss(loss_of):
    def shorten(batch, garbage):
        mask = batch.frame_mask & (torch.arange(FRAMES) < 9)
        dirt = garbage * ~mask[:, None]
        return replace(batch, frame_mask=mask, y0=batch.y0 * mask[:, None] + dirt, mu=batch.mu + dirt)

    clean, dirty = (loss_of(lambda b, g=g: shorten(b, g)).score for g in (0.0, 9.0))
    assert torch.allclose(clean, dirty, rtol=1e-5)


def test_a_perfect_estimate_has_no_loss(loss_of, estimator, monkeypatch):
    process = DiffusionProcess()

    def oracle(y_t, t, mu, frame_mask, bank, weights, **kwargs):
        out = forward(y_t, t, mu, frame_mask, bank, weights, **kwargs)
        a, sigma = (x[:, None, None] for x in process.a_and_sigma(t))
        y0 = seen[-1].y0
        return replace(out, v=a * (y_t - a * y0) / sigma - sigma * y0)

    forward, seen = estimator.forward, []
    monkeypatch.setattr(estimator, "forward", oracle)
    losses = loss_of(lambda b: seen.append(b) or b)
    assert losses.score.max() < 1e-6


def test_gradients_reach_every_weight(bank, maker, estimator):
    estimator.requires_grad_(True)
    batch = maker.make(plans_of(bank, 8, factorised=0.5))
    noise = torch.randn(batch.y0.shape, generator=torch.Generator().manual_seed(0))
    t = torch.linspace(0.1, 0.9, 8)
    bin_losses(estimator, batch, t, noise, DiffusionProcess()).total(0.1).backward()
    without = [n for n, p in estimator.named_parameters() if p.grad is None or not p.grad.any()]
    # the null key is alone with a zero value whenever it is seen, so nothing can be learned about it
    assert without == ["tokens.null"]
    assert PADDING == 5
