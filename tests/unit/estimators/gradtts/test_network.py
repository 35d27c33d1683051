from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from interp.estimators.gradtts.network import GradTTSEstimator, GradTTSEstimatorConfig
from interp.estimators.parts.linear_attention import ReZero
from masks.errors import InterpError

SMALL = GradTTSEstimatorConfig(dim=8, n_feats=8)


def build(config=SMALL):
    torch.manual_seed(0)
    model = GradTTSEstimator(config).requires_grad_(False)
    for module in model.modules():
        if isinstance(module, ReZero):
            module.g.fill_(1.0)  # gates start at 0, which would hide the attention
    return model


@pytest.fixture
def batch():
    """Two sentences of 20 and 13 frames; 13 is odd at every level."""
    generator = torch.Generator().manual_seed(1)
    frame_mask = torch.arange(20) < torch.tensor([[20], [13]])
    x, mu = torch.randn(2, 2, 8, 20, generator=generator) * frame_mask[:, None]
    return x, frame_mask, mu, torch.tensor([0.7, 0.3])


def alone(batch, n=13):
    x, frame_mask, mu, t = batch
    return x[1:, :, :n], frame_mask[1:, :n], mu[1:, :, :n], t[1:]


@pytest.mark.parametrize("n", [11, 12, 13])  # 12 needs no frames added to be halved twice
def test_a_sentence_is_the_same_alone_and_in_a_padded_batch(batch, n):
    x, _, mu, t = batch
    model, frame_mask = build(), torch.arange(20) < torch.tensor([[20], [n]])
    together = model(x, frame_mask, mu, t)
    assert torch.allclose(together[1:, :, :n], model(*alone((x, frame_mask, mu, t), n)), atol=1e-5)


def test_official_padding_leaks(batch):
    model = build(replace(SMALL, padding="official"))
    assert not torch.allclose(model(*batch)[1:, :, :13], model(*alone(batch)), atol=1e-2)


def test_paddings_agree_without_padding(batch):
    x, _, mu, t = batch
    args = x, torch.ones(2, 20, dtype=torch.bool), mu, t
    official = build(replace(SMALL, padding="official"))
    assert torch.allclose(build()(*args), official(*args), atol=1e-5)


def test_what_padding_holds_does_not_matter(batch):
    x, frame_mask, mu, t = batch
    model = build()
    noise = 10 * torch.randn(2, 8, 20) * ~frame_mask[:, None]
    score = model(x + noise, frame_mask, mu - noise, t)
    assert torch.allclose(score, model(*batch), atol=1e-6)
    assert not score[1, :, 13:].any()


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5])
def test_any_number_of_frames(batch, n):
    assert build()(*alone(batch, n)).shape == (1, 8, n)


def test_masses_in_and_out_sum_to_one_at_every_layer(batch):
    inside = (torch.rand(2, 1, 8, 20) > 0.6).float() * batch[1][:, None, None]
    score, masses = build().score_and_masses(*batch, torch.cat([inside, 1 - inside], dim=1))
    assert len(masses) == 6
    for mass in masses:
        assert torch.allclose(mass.sum(1), torch.ones(2), atol=1e-5)
        assert mass.min() > 0
    assert torch.equal(score, build()(*batch))


def test_masses_of_a_sentence_are_the_same_alone(batch):
    band = torch.zeros(2, 1, 8, 20)
    band[:, :, 2:5, 3:11] = 1.0
    together = build().score_and_masses(*batch, band)[1]
    single = build().score_and_masses(*alone(batch), band[1:, ..., :13])[1]
    for in_batch, by_itself in zip(together, single, strict=True):
        assert torch.allclose(in_batch[1:], by_itself, atol=1e-5)


def test_masses_have_a_gradient_to_the_noise(batch):
    x, frame_mask, mu, t = batch
    band = torch.zeros(2, 1, 8, 20)
    band[:, :, :4] = 1.0
    x = x.clone().requires_grad_()
    masses = build().score_and_masses(x, frame_mask, mu, t, band)[1]
    gradient = torch.autograd.grad(sum(mass.log().sum() for mass in masses), x)[0]
    assert gradient[0].abs().max() > 1e-5
    assert not gradient[1, :, 13:].any()


def test_no_masses_unless_asked(batch):
    assert build().score_and_masses(*batch, None)[1] == ()


def test_a_speaker_vector_is_its_plane(batch):
    model = build(replace(SMALL, spk_emb_dim=4))
    spk = torch.randn(2, 4)
    by_vector = model(*batch, spk=spk)
    assert torch.equal(by_vector, model(*batch, speaker_plane=model.speaker_plane(spk, 20)))
    assert not torch.allclose(by_vector, model(*batch, spk=-spk), atol=1e-3)


def test_an_unknown_padding_is_a_user_error():
    with pytest.raises(InterpError, match="padding: 'none' is unknown; write 'exact' or 'official'"):
        GradTTSEstimatorConfig(padding="none")
