"""Monotonic alignment search instead of forced alignment: symbols and durations of a corpus."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping

import numpy as np
import torch
from jaxtyping import Float, Int

from interp.corpus.metadata import Utterance
from interp.estimators.parts.alignment import frame_mask_of, search_durations
from interp.estimators.parts.text_encoder import TextEncoder
from interp.text.frontend import phonemize
from interp.text.lexicon import cmudict_lexicon
from interp.train.dataset.extract import LONGEST_TRAINING_S
from interp.train.text import TextExample, collate
from masks.errors import InterpError

log = logging.getLogger(__name__)

BATCH_SIZE = 16


def phonemized(utterances: Iterable[Utterance]) -> dict[str, Int[np.ndarray, " symbols"]]:
    """Symbol ids of every recording by its key; what cannot be read or is cut short in training is left out.

    A recording over `LONGEST_TRAINING_S` loses its end, and its text would be spread over what is left.
    """
    lexicon = cmudict_lexicon()
    ids_of: dict[str, Int[np.ndarray, " symbols"]] = {}
    too_long = unspeakable = 0
    for utterance in utterances:
        if utterance.seconds > LONGEST_TRAINING_S:
            too_long += 1
            continue
        try:
            ids_of[utterance.key] = np.array(phonemize(utterance.text, lexicon).ids, dtype=np.int64)
        except InterpError:
            unspeakable += 1
    _warn(too_long, f"they are longer than {LONGEST_TRAINING_S:g} s")
    _warn(unspeakable, "their text holds no word that can be spoken")
    return ids_of


def unaligned_texts(
    ids_of: Mapping[str, Int[np.ndarray, " symbols"]],
    mel_of: Mapping[str, Float[np.ndarray, "n_mels frames"]],
) -> dict[str, TextExample]:
    """Examples with every symbol equally long; a recording with more symbols than frames is left out.

    Parameters
    ----------
    ids_of : symbol ids by the recording's key
    mel_of : log mel by the recording's key, of recordings that ``ids_of`` has
    """
    fitting = {k: mel for k, mel in mel_of.items() if len(ids_of[k]) <= mel.shape[1]}
    _warn(len(mel_of) - len(fitting), "they have more symbols than mel frames")
    return {k: TextExample(ids_of[k], _even(len(ids_of[k]), m.shape[1]), m) for k, m in fitting.items()}


def searched_texts(
    encoder: TextEncoder, texts: Mapping[str, TextExample], mel_mean: float, mel_std: float
) -> dict[str, TextExample]:
    """The same texts with the durations that a trained encoder finds likeliest, each symbol at least a frame.

    Parameters
    ----------
    encoder : in evaluation mode, so that the same weights always give the same durations
    texts : by the recording's key
    """
    assert not encoder.training, "dropout would move the durations"
    keys = sorted(texts, key=lambda k: texts[k].mel.shape[1])
    found: dict[str, TextExample] = {}
    for start in range(0, len(keys), BATCH_SIZE):
        chosen = keys[start : start + BATCH_SIZE]
        durations = _search([texts[k] for k in chosen], encoder, mel_mean, mel_std)
        for key, row in zip(chosen, durations, strict=True):
            text = texts[key]
            found[key] = TextExample(text.ids, row[: len(text.ids)], text.mel)
    return found


def _search(
    examples: list[TextExample], encoder: TextEncoder, mel_mean: float, mel_std: float
) -> Int[np.ndarray, "batch symbols"]:
    batch = collate(examples, mel_mean, mel_std)
    with torch.no_grad():
        encoded = encoder(batch.ids, batch.lengths)
    frame_mask = frame_mask_of(batch.durations)
    return search_durations(encoded.mu_x, encoded.x_mask, batch.mel, frame_mask).numpy()


def _even(n_symbols: int, n_frames: int) -> Int[np.ndarray, " symbols"]:
    return np.diff(np.arange(n_symbols + 1) * n_frames // n_symbols)


def _warn(n_left_out: int, why: str) -> None:
    if n_left_out:
        log.warning("%d recordings left out of training: %s", n_left_out, why)
