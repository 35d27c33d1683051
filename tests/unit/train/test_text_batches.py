"""Batches of texts: of similar length, every recording among them."""

from __future__ import annotations

import numpy as np

from interp.train.text import TextExample, text_batches


def test_every_recording_is_drawn_the_longest_too():
    lengths = range(3, 23)
    examples = [TextExample(np.full(n, n), np.ones(n, int), np.zeros((2, n), np.float16)) for n in lengths]
    batches = text_batches(examples, batch_size=2, mel_mean=0.0, mel_std=1.0, seed=0)
    drawn = [next(batches).lengths for _ in range(200)]
    assert {int(n) for lengths in drawn for n in lengths} == set(lengths)
    assert max(int(lengths.max() - lengths.min()) for lengths in drawn) < 16
