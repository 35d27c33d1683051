"""The cache of alignments: it grows with the work, is whole at any time, and a broken file is no end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import interp.train.dataset.alignments as alignments
from interp.corpus.align import AlignedWord
from interp.corpus.metadata import Utterance

WORD = AlignedWord("so", ("S", "OW1"), (0.0, 0.1, 0.3))


class Pool:
    """In this process, so that a test may stop it."""

    def __init__(self, workers):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def map(self, function, items, chunksize):
        return map(function, items)


@pytest.fixture
def aligned(monkeypatch):
    """Keys that were aligned, in order; `stop` among them stops the run."""
    seen: list[str] = []

    def align(utterance):
        if utterance.key == "bo/stop":
            raise KeyboardInterrupt
        seen.append(utterance.key)
        return None if utterance.key.endswith("odd") else [WORD]

    monkeypatch.setattr(alignments, "ProcessPoolExecutor", Pool)
    monkeypatch.setattr(alignments, "_align_one", align)
    monkeypatch.setattr(alignments, "SAVE_EVERY", 2)
    return seen


def said(speaker, *names):
    return [Utterance(Path(f"{n}.wav"), speaker, n, "so", "train", 1.0) for n in names]


def test_a_stopped_run_goes_on_from_what_it_has(aligned, tmp_path):
    first = said("ann", "a", "odd", "c")
    with pytest.raises(KeyboardInterrupt):
        alignments.align_corpus([*first, *said("bo", "d", "stop")], tmp_path, 1)
    assert aligned == ["ann/a", "ann/odd", "ann/c", "bo/d"]
    aligned.clear()
    found = alignments.align_corpus([*first, *said("bo", "d", "e")], tmp_path, 1)
    assert aligned == ["bo/e"]
    assert found == {"ann/a": [WORD], "ann/c": [WORD], "bo/d": [WORD], "bo/e": [WORD]}
    assert alignments.align_corpus(first, tmp_path, 1).keys() == {"ann/a", "ann/c"}


def test_only_files_of_speakers_that_changed_are_written(aligned, tmp_path):
    alignments.align_corpus(said("ann", "a"), tmp_path, 1)
    before = (tmp_path / "ann.json").stat().st_mtime_ns
    alignments.align_corpus([*said("ann", "a"), *said("bo", "b")], tmp_path, 1)
    assert (tmp_path / "ann.json").stat().st_mtime_ns == before
    assert json.loads((tmp_path / "bo.json").read_text()).keys() == {"bo/b"}


@pytest.mark.parametrize("content", ["", '{"ann/a": [{"text"', "[1]", '{"ann/a": [{}]}', '{"ann/a": 3}'])
def test_a_broken_cache_is_made_again(aligned, tmp_path, content, caplog):
    (tmp_path / "ann.json").write_text(content)
    assert alignments.align_corpus(said("ann", "a"), tmp_path, 1) == {"ann/a": [WORD]}
    assert "ann.json" in caplog.text
    aligned.clear()
    alignments.align_corpus(said("ann", "a"), tmp_path, 1)
    assert aligned == []
