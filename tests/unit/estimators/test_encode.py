from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch

from interp.estimators.encode import encode_sentence
from interp.text.frontend import phonemize
from interp.text.symbols import PHONES
from masks.errors import InterpError

TEXT = "The boy was there, when the sun rose."


def encode(model, text=TEXT, length_scale=1.0):
    return encode_sentence(model, phonemize(text), length_scale)


def test_durations_sum_to_the_frames_of_mu(speech_model):
    sentence = encode(speech_model)
    assert len(sentence.durations) == len(sentence.phonemes.symbols)
    assert sentence.durations.sum() == sentence.n_frames == sentence.mu.shape[1] == len(sentence.voiced)
    assert sentence.mu.shape[0] == 80


@pytest.mark.parametrize("length_scale", [0.25, 1.0, 4.0])
def test_no_phone_vanishes_at_any_speed(speech_model, length_scale):
    speech_model.text_encoder.proj_w.proj.bias.fill_(-3.0)
    sentence = encode(speech_model, length_scale=length_scale)
    is_phone = np.array([symbol in PHONES for symbol in sentence.phonemes.symbols])
    assert (sentence.durations[is_phone] >= 1).all()
    assert (sentence.durations >= 0).all()


def test_length_scale_multiplies_the_length(speech_model):
    speech_model.text_encoder.proj_w.proj.bias.fill_(2.0)
    frames = [encode(speech_model, length_scale=scale).n_frames for scale in (1.0, 2.0, 0.5)]
    assert frames[1] == pytest.approx(2 * frames[0], abs=1)
    assert frames[2] == pytest.approx(frames[0] / 2, abs=1)


def test_words_lie_where_their_phones_do(speech_model):
    sentence = encode(speech_model)
    words = sentence.words(100)
    assert [w.word for w in words] == ["the", "boy", "was", "there", "when", "the", "sun", "rose"]
    ends = 100 + np.cumsum(sentence.durations)
    first, last = sentence.phonemes.word_spans[3]
    assert (words[3].start_frame, words[3].end_frame) == (ends[first - 1], ends[last - 1])
    assert words[0].start_frame == 100
    assert all(a.end_frame <= b.start_frame for a, b in itertools.pairwise(words))


def test_voiced_frames_are_those_of_voiced_phones(speech_model):
    sentence = encode(speech_model, "Sue.")
    assert sentence.phonemes.symbols[0] == "S"
    assert not sentence.voiced[: sentence.durations[0]].any()
    assert sentence.voiced[sentence.durations[0] : sentence.durations[:2].sum()].any()


def test_mu_is_the_encoders_mean_repeated(speech_model):
    sentence = encode(speech_model, "Sue.")
    ids = torch.tensor([sentence.phonemes.ids])
    mean = speech_model.text_encoder(ids, torch.tensor([ids.shape[1]])).mu_x[0]
    distance = torch.cdist(sentence.mu.T, mean.T).min(1).values
    assert torch.allclose(distance, torch.zeros(sentence.n_frames), atol=1e-3)


@pytest.mark.parametrize("text", ["", "   ", "?!", "…"])
def test_text_without_a_word_is_refused(speech_model, text):
    with pytest.raises(InterpError):
        encode(speech_model, text)
