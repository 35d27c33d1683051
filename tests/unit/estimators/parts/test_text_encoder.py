from __future__ import annotations

import pytest
import torch

from interp.estimators.parts.text_encoder import TextEncoder, TextEncoderConfig

SMALL = TextEncoderConfig(
    n_vocab=30, n_feats=6, n_channels=16, filter_channels=24, filter_channels_dp=12, n_heads=2, n_layers=2
)


@pytest.fixture
def encoder():
    torch.manual_seed(0)
    encoder = TextEncoder(SMALL).eval()
    torch.nn.init.normal_(
        encoder.prenet.proj.weight
    )  # it starts as the identity, which would hide its convolutions
    return encoder


def test_shapes_and_zeros_past_the_end(encoder):
    mu_x, log_durations, x_mask = encoder(torch.randint(30, (2, 9)), torch.tensor([9, 4]))
    assert (mu_x.shape, log_durations.shape) == ((2, 6, 9), (2, 9))
    assert x_mask.tolist() == [[True] * 9, [True] * 4 + [False] * 5]
    assert not mu_x[1, :, 4:].any()
    assert not log_durations[1, 4:].any()


def test_a_sentence_is_the_same_alone_and_in_a_padded_batch(encoder):
    ids = torch.randint(30, (2, 9))
    batch = encoder(ids, torch.tensor([9, 4]))
    alone = encoder(ids[1:, :4], torch.tensor([4]))
    assert torch.allclose(batch.mu_x[1:, :, :4], alone.mu_x, atol=1e-5)
    assert torch.allclose(batch.log_durations[1:, :4], alone.log_durations, atol=1e-5)


def test_what_padding_holds_does_not_matter(encoder):
    ids, lengths = torch.randint(30, (1, 9)), torch.tensor([6])
    changed = ids.clone()
    changed[:, 6:] = (changed[:, 6:] + 1) % 30
    assert torch.equal(encoder(ids, lengths).mu_x, encoder(changed, lengths).mu_x)


def test_durations_do_not_train_the_encoder(encoder):
    text = encoder(torch.randint(30, (1, 5)), torch.tensor([5]))
    text.log_durations.sum().backward()
    assert encoder.emb.weight.grad is None
    assert encoder.proj_w.conv_1.weight.grad is not None


def test_an_encoder_with_speakers_hears_them():
    torch.manual_seed(0)
    encoder = TextEncoder(TextEncoderConfig(**{**SMALL.__dict__, "spk_emb_dim": 4})).eval()
    ids, lengths = torch.randint(30, (1, 5)), torch.tensor([5])
    one, other = (encoder(ids, lengths, spk).mu_x for spk in torch.randn(2, 1, 4))
    assert not torch.allclose(one, other, atol=1e-3)


def test_speaker_vectors_and_configuration_must_agree(encoder):
    with pytest.raises(AssertionError, match="disagree"):
        encoder(torch.zeros(1, 3, dtype=torch.long), torch.tensor([3]), torch.randn(1, 4))
