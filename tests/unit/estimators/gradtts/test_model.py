from __future__ import annotations

import pytest
import torch

from interp.estimators.gradtts.model import GradTTS, GradTTSConfig
from interp.estimators.gradtts.network import GradTTSEstimatorConfig
from interp.estimators.parts.text_encoder import TextEncoderConfig


def build(padding="exact", n_spks=1, encoder_hears=False):
    torch.manual_seed(0)
    channels = 4 if n_spks > 1 else 0
    encoder = TextEncoderConfig(20, 8, 8, 12, 8, 2, 1, spk_emb_dim=channels if encoder_hears else 0)
    estimator = GradTTSEstimatorConfig(dim=8, n_feats=8, spk_emb_dim=channels, padding=padding)
    model = GradTTS(GradTTSConfig(n_spks, 4, encoder, estimator)).eval().requires_grad_(False)
    model.encoder.proj_w.proj.bias.fill_(0.8)  # 2.2 frames a symbol, more or less
    return model


IDS, LENGTHS = torch.arange(14).view(2, 7) + 1, torch.tensor([7, 4])


def test_a_sentence_is_the_same_alone_and_in_a_padded_batch():
    model = build()
    batch, alone = model.conditions(IDS, LENGTHS), model.conditions(IDS[1:, :4], LENGTHS[1:])
    n = alone.mu.shape[-1]
    assert torch.allclose(batch.mu[1:, :, :n], alone.mu, atol=1e-5)
    assert batch.frame_mask.sum(1).tolist() == batch.durations.sum(1).tolist()
    t = torch.tensor([0.5, 0.5])
    together = model.score(batch.mu + 1.0, t, batch)[1:, :, :n]
    assert torch.allclose(together, model.score(alone.mu + 1.0, t[1:], alone), atol=1e-5)


@pytest.mark.parametrize(("padding", "expected"), [("exact", 3 * 7), ("official", 7 * 3 * 0.9 // 1)])
def test_length_scale_is_applied_before_the_ceiling_unless_official(padding, expected):
    model = build(padding)
    model.encoder.proj_w.proj.weight.zero_()
    model.encoder.proj_w.proj.bias.fill_(1.0)  # e frames: 3 by the ceiling; 0.9 e is 2.45, also 3
    assert model.conditions(IDS[:1], LENGTHS[:1], length_scale=0.9).durations.sum() == expected


@pytest.mark.parametrize("encoder_hears", [False, True])
def test_speakers_differ(encoder_hears):
    model = build(n_spks=3, encoder_hears=encoder_hears)
    one, other = (model.conditions(IDS[:1], LENGTHS[:1], torch.tensor([i])) for i in (0, 2))
    same_mu = one.mu.shape == other.mu.shape and torch.allclose(one.mu, other.mu)
    assert same_mu is not encoder_hears
    x, t = torch.randn(one.mu.shape), torch.tensor([0.5])
    scores = (model.estimator(x, one.frame_mask, one.mu, t, spk) for spk in (one.spk, other.spk))
    assert not torch.allclose(*scores, atol=1e-3)
