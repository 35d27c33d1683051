from __future__ import annotations

import json

import numpy as np
import pytest

from interp.corpus.timed import ITEMS, frames_of_edges, read_timed_corpus
from masks.errors import InterpError
from masks.grid import MelGrid

ITEM = {
    "path": "ann/0.ogg", "utterance": "hello", "split": "train", "timbre": "ann", "contour": 3,
    "symbols": ["HH", "AY1"], "edges_s": [0.1, 0.2, 0.45],
}  # fmt: skip


def written(folder, *lines):
    (folder / ITEMS).write_text("\n".join(x if isinstance(x, str) else json.dumps(x) for x in lines))
    return folder


def test_an_item_is_read_with_its_factors(tmp_path):
    first, second = read_timed_corpus(written(tmp_path, ITEM, ITEM | {"timbre": "bob"}), frozenset({"bob"}))
    assert (first.key, first.contour, first.split) == ("ann/hello/0", 3, "train")
    assert first.path == tmp_path / "ann/0.ogg"
    assert first.symbols == ("HH", "AY1")
    assert (second.key, second.split) == ("bob/hello/1", "unseen")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "line 2: not JSON"),
        ({k: v for k, v in ITEM.items() if k != "contour"}, "line 2: field 'contour' is missing"),
        (ITEM | {"edges_s": [0.1, 0.2]}, "line 2: 2 edges_s for 2 symbols; give one more"),
    ],
)
def test_a_bad_line_is_named(tmp_path, line, says):
    with pytest.raises(InterpError, match=says):
        read_timed_corpus(written(tmp_path, ITEM, line))


def test_a_folder_without_items_is_named(tmp_path):
    with pytest.raises(InterpError, match=rf"{ITEMS}: no such file.*interp corpus"):
        read_timed_corpus(tmp_path)


def test_frames_are_the_silence_the_symbols_and_the_silence():
    grid = MelGrid()
    frames = frames_of_edges(np.array([0.1, 0.2, 0.45]), 50, grid)
    rate = grid.frame_rate_hz
    assert frames.tolist() == [round(0.1 * rate), round(0.2 * rate) - 9, round(0.45 * rate) - 17, 50 - 39]
    assert frames_of_edges(np.array([0.1, 0.2, 9.0]), 50, grid).sum() == 50
