"""Training on searched durations, on synthetic recordings whose symbols and durations are known."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from interp.corpus.metadata import Utterance
from interp.estimators.parts.text_encoder import TextEncoder, TextEncoderConfig
from interp.text.frontend import phonemize
from interp.train.dataset.extract import LONGEST_TRAINING_S
from interp.train.dataset.features import NATURAL, Features, feature_file, write_features
from interp.train.dataset.prepare import prepare_corpus
from interp.train.dataset.search import phonemized, searched_texts, unaligned_texts
from interp.train.dataset.settings import DataSettings
from interp.train.text import TextExample, collate, text_losses, train_text_encoder
from masks.errors import InterpError
from masks.grid import MelGrid

N_VOCAB, N_FEATS = 9, 8
MEL_MEAN, MEL_STD = -5.0, 2.0
TINY = TextEncoderConfig(
    n_vocab=N_VOCAB,
    n_feats=N_FEATS,
    n_channels=16,
    filter_channels=16,
    filter_channels_dp=16,
    n_heads=1,
    n_layers=1,
    p_dropout=0.0,
    p_dropout_prenet=0.0,
)


def synthetic_corpus(n_recordings: int, seed: int = 0) -> dict[str, TextExample]:
    """Recordings with their true durations: each symbol has its own mean mel, and none follows itself."""
    rng = np.random.default_rng(seed)
    means = rng.normal(MEL_MEAN, MEL_STD, (N_FEATS, N_VOCAB))
    corpus = {}
    for i in range(n_recordings):
        n = int(rng.integers(5, 12))
        ids = (rng.integers(0, N_VOCAB) + np.cumsum(rng.integers(1, N_VOCAB, n))) % N_VOCAB
        durations = 1 + rng.geometric(0.3, n)
        mel = np.repeat(means[:, ids], durations, axis=1)
        noisy = mel + rng.normal(0, 0.2 * MEL_STD, mel.shape)
        corpus[f"a/{i:02d}"] = TextExample(ids, durations, noisy.astype(np.float16))
    return corpus


def without_durations(corpus: dict[str, TextExample]) -> dict[str, TextExample]:
    return unaligned_texts({k: e.ids for k, e in corpus.items()}, {k: e.mel for k, e in corpus.items()})


def share_of_frames_right(found: dict[str, TextExample], true: dict[str, TextExample]) -> float:
    def symbols(e: TextExample) -> np.ndarray:
        return np.repeat(np.arange(len(e.ids)), e.durations)

    return float(np.mean(np.concatenate([symbols(found[k]) == symbols(true[k]) for k in true])))


@pytest.fixture(scope="module")
def trained() -> TextEncoder:
    examples = list(without_durations(synthetic_corpus(32)).values())
    return train_text_encoder(
        TINY,
        examples,
        examples[:4],
        mel_mean=MEL_MEAN,
        mel_std=MEL_STD,
        n_steps=200,
        batch_size=8,
        learning_rate=1e-2,
        alignment="search",
    )


def test_training_recovers_the_durations_that_made_the_recordings(trained):
    true = synthetic_corpus(32)
    flat = without_durations(true)
    assert share_of_frames_right(flat, true) < 0.6
    found = searched_texts(trained, flat, MEL_MEAN, MEL_STD)
    assert share_of_frames_right(found, true) > 0.95


def test_the_duration_predictor_was_fitted_to_the_searched_durations(trained):
    true = synthetic_corpus(32)
    batch = collate([true[k] for k in sorted(true)[:8]], MEL_MEAN, MEL_STD)
    _, on_truth = text_losses(trained, batch, "cpu")
    # A constant guess leaves the variance of the log durations
    variance = torch.cat([torch.from_numpy(true[k].durations) for k in sorted(true)[:8]]).log().var()
    assert on_truth < 1.2 * variance


def test_searched_losses_read_nothing_of_the_given_durations_but_their_sum(trained):
    true = synthetic_corpus(4)
    flat = without_durations(true)
    losses = [
        text_losses(trained, collate(list(e.values()), MEL_MEAN, MEL_STD), "cpu", "search")
        for e in (true, flat)
    ]
    assert losses[0] == losses[1]
    forced = text_losses(trained, collate(list(flat.values()), MEL_MEAN, MEL_STD), "cpu")
    assert forced[0] > 2 * losses[0][0]


def test_searched_durations_fill_each_recording_with_a_frame_or_more_a_symbol(trained):
    flat = without_durations(synthetic_corpus(20, seed=1))  # more than a batch, other recordings
    found = searched_texts(trained, flat, MEL_MEAN, MEL_STD)
    assert found.keys() == flat.keys()
    for key, text in found.items():
        assert text.durations.sum() == flat[key].mel.shape[1]
        assert len(text.durations) == len(text.ids)
        assert text.durations.min() >= 1
        assert text.ids is flat[key].ids
        assert text.mel is flat[key].mel


def test_a_recording_is_searched_as_if_it_were_alone(trained):
    flat = without_durations(synthetic_corpus(8))
    together = searched_texts(trained, flat, MEL_MEAN, MEL_STD)
    for key, text in flat.items():
        alone = searched_texts(trained, {key: text}, MEL_MEAN, MEL_STD)
        assert alone[key].durations.tolist() == together[key].durations.tolist()


def test_until_training_symbols_are_equally_long():
    mel = np.zeros((N_FEATS, 11), np.float16)
    texts = unaligned_texts({"a/1": np.arange(4)}, {"a/1": mel})
    assert texts["a/1"].durations.tolist() == [2, 3, 3, 3]


def test_recordings_with_more_symbols_than_frames_are_counted_and_left_out(caplog):
    ids = {"a/1": np.arange(4), "a/2": np.arange(5), "a/3": np.arange(9)}
    with caplog.at_level(logging.WARNING):
        texts = unaligned_texts(ids, {k: np.zeros((N_FEATS, 4), np.float16) for k in ids})
    assert list(texts) == ["a/1"]
    assert texts["a/1"].durations.tolist() == [1, 1, 1, 1]
    assert [r.message for r in caplog.records] == [
        "2 recordings left out of training: they have more symbols than mel frames"
    ]


def test_texts_that_cannot_be_spoken_and_recordings_that_are_cut_are_counted_and_left_out(caplog):
    def spoken(name: str, text: str, seconds: float = 2.0) -> Utterance:
        return Utterance(Path(f"{name}.wav"), "a", name, text, "train", seconds)

    with caplog.at_level(logging.WARNING):
        ids_of = phonemized(
            [
                spoken("1", "The sun rose."),
                spoken("2", "..."),
                spoken("3", "The sun rose.", seconds=LONGEST_TRAINING_S + 0.1),
            ]
        )
    assert list(ids_of) == ["a/1"]
    assert tuple(ids_of["a/1"]) == phonemize("The sun rose.").ids
    assert [r.message for r in caplog.records] == [
        f"1 recordings left out of training: they are longer than {LONGEST_TRAINING_S:g} s",
        "1 recordings left out of training: their text holds no word that can be spoken",
    ]


def cached_corpus(folder: Path, texts: dict[str, tuple[str, int]]) -> DataSettings:
    """A corpus whose features are in the cache already: name to text and mel frames."""
    (folder / "corpus").mkdir()
    rows = [f'{name}.wav,a,{name},"{text}",train,1.0' for name, (text, _) in texts.items()]
    header = "path,speaker,utterance,text,split,seconds"
    (folder / "corpus" / "metadata.csv").write_text("\n".join([header, *rows]) + "\n")
    for part in ("natural", "features"):
        (folder / "cache" / part).mkdir(parents=True)
    for name, (_, n_frames) in texts.items():
        mel, f0_hz = np.zeros((80, n_frames), np.float16), np.full(n_frames, 100, np.float32)
        features = Features(f"a/{name}", "train", 0, NATURAL, mel, f0_hz)
        write_features(feature_file(folder / "cache" / "features", f"a/{name}", 0), features)
    return DataSettings(str(folder / "corpus"), str(folder / "cache"), variants=1, workers=1)


def test_a_corpus_is_prepared_without_pocketsphinx(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pocketsphinx", None)
    settings = cached_corpus(
        tmp_path, {"1": ("The sun rose.", 60), "2": ("!?", 60), "3": ("The sun rose.", 7)}
    )
    corpus = prepare_corpus(settings, MelGrid(), "search")
    assert list(corpus.texts) == ["a/1"]
    [example] = corpus.text_examples("train")
    assert tuple(example.ids) == phonemize("The sun rose.").ids
    assert example.durations.sum() == 60
    assert not (tmp_path / "cache" / "align").exists()


def test_a_corpus_of_which_nothing_can_be_used_is_an_error(tmp_path):
    settings = cached_corpus(tmp_path, {"1": ("!?", 60), "2": ("The sun rose.", 7)})
    with pytest.raises(InterpError, match="no recording fits its text"):
        prepare_corpus(settings, MelGrid(), "search")
