"""The mean mel: padding changes nothing, frames know their place, and training learns what a text says."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from interp.estimators.parts.mean_mel import MeanMel, MeanMelConfig, frame_places, ids_with_silence
from interp.text.symbols import BLANK_ID, ID_OF
from interp.train.mean_mel import MeanMelTraining, train_mean_mel, valid_losses
from interp.train.text import TextExample

SMALL = MeanMelConfig(
    n_vocab=20, n_feats=4, width=16, encoder_blocks=2, decoder_blocks=2, n_heads=2, duration_width=8
)


@pytest.fixture(scope="module")
def net():
    torch.manual_seed(0)
    return MeanMel(SMALL).eval().requires_grad_(False)


def test_a_sentence_in_a_batch_is_the_sentence_alone(net):
    ids, durations = torch.randint(2, 20, (2, 7)), torch.randint(1, 5, (2, 7))
    durations[1, 4:] = 0
    lengths = torch.tensor([7, 4])
    both, mel = net.encode(ids, lengths), net.mean_mel(ids, lengths, durations)
    alone = net.encode(ids[1:, :4], lengths[1:])
    n = int(durations[1].sum())
    torch.testing.assert_close(both.log_durations[1:, :4], alone.log_durations)
    torch.testing.assert_close(mel[1:, :, :n], net.mean_mel(ids[1:, :4], lengths[1:], durations[1:, :4]))
    assert (mel[1, :, n:] == 0).all()


def test_one_symbol_sounds_different_from_frame_to_frame(net):
    mel = net.mean_mel(torch.full((1, 3), 5), torch.tensor([3]), torch.tensor([[2, 8, 2]]))
    within = mel[0, :, 2:10]
    assert (within.diff(dim=1).abs().amax(0) > 1e-3).all()


def test_places_are_shares_and_distances_of_a_symbol():
    durations = torch.tensor([[2, 0, 4]])
    symbol = torch.tensor([[0, 0, 2, 2, 2, 2]])
    share, rest, *_, since, left, length = frame_places(durations, symbol)[0].T
    torch.testing.assert_close(share, torch.tensor([0.25, 0.75, 0.125, 0.375, 0.625, 0.875]))
    torch.testing.assert_close(share + rest, torch.ones(6))
    torch.testing.assert_close(20 * since, torch.tensor([0.5, 1.5, 0.5, 1.5, 2.5, 3.5]))
    torch.testing.assert_close(20 * (since + left), torch.tensor([2.0, 2, 4, 4, 4, 4]))
    torch.testing.assert_close(60**length, torch.tensor([2.0, 2, 4, 4, 4, 4]))


def test_silence_stands_at_either_end():
    assert ids_with_silence(["AH0", " "]).tolist() == [BLANK_ID, ID_OF["AH0"], ID_OF[" "], BLANK_ID]


def test_training_learns_symbols_and_their_durations():
    """Every symbol has a level and a length of its own: both losses fall far below those of a constant."""
    rng = np.random.default_rng(0)

    def example():
        ids = rng.integers(2, 20, 6)
        durations = 1 + ids % 4
        mel = np.repeat((ids - 11) / 5.0, durations)[None].repeat(4, 0)
        return TextExample(ids, durations, mel.astype(np.float16))

    train, valid = [example() for _ in range(64)], [example() for _ in range(16)]
    settings = MeanMelTraining(n_steps=150, batch_size=8, learning_rate=1e-2, warmup_steps=10)
    units = {"mel_mean": 0.0, "mel_std": 1.0}
    untrained = valid_losses(MeanMel(SMALL).eval(), valid, 0.0, 1.0, bf16=False)
    trained = train_mean_mel(SMALL, train, valid, settings, **units, bf16=False)
    mel, duration = valid_losses(trained, valid, 0.0, 1.0, bf16=False)
    assert mel < 0.1 * untrained[0]
    assert duration < 0.2 * untrained[1]
