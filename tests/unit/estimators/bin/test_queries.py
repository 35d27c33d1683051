from __future__ import annotations

import numpy as np
import pytest
import torch

from interp.estimators.bin.config import BinConfig
from interp.estimators.bin.queries import all_log_weights, patch_grid, query_sets
from interp.estimators.contract import TargetCells
from interp.settings.synth import SynthSettings
from masks.grid import MelGrid
from masks.groups import CLOSED, N_CHANNELS, NULL
from masks.spans import span_weights

CONFIG = BinConfig()
GRID = MelGrid()
ROWS = len(CONFIG.row_heights)
FULL = frozenset()


def target(n_frames, pitch=((2, 5, 0, 8),), split=None):
    """Pitch cells from boxes of bins and frames; spans where the sentence is split."""
    cells = np.zeros((80, n_frames), dtype=bool)
    for low, high, start, end in pitch:
        cells[low:high, start:end] = True
    return TargetCells(cells, None if split is None else span_weights(n_frames, split), 120.0)


def sets_of(targets):
    lengths = torch.tensor([t.pitch.shape[1] for t in targets])
    frame_mask = torch.arange(int(lengths.max())) < lengths[:, None]
    return query_sets(targets, frame_mask, CONFIG, GRID)


def test_pitch_and_rest_part_the_real_queries():
    queries, _ = sets_of([target(16), target(10)])
    sets = queries.sets[0]
    assert torch.equal(sets["pitch"] + sets["rest"], sets["all"])
    real = sets["all"].unflatten(1, (ROWS, -1))
    assert real[0].all()
    assert real[1, :, :3].all()
    assert not real[1, :, 3:].any()


def test_pitch_queries_hold_the_pitch_cells():
    sets = sets_of([target(16, pitch=[(1, 3, 4, 8), (5, 7, 4, 8)])])[0].sets[0]
    assert sets["pitch"].unflatten(1, (ROWS, -1))[0].nonzero().tolist() == [[0, 1], [1, 1]]


def test_shares_are_of_real_cells():
    """Of the last column of 10 frames two count, also beside a longer sentence."""
    short = target(10, pitch=[(0, 4, 8, 10), (5, 6, 8, 10)])
    pitch = sets_of([short, target(16)])[0].sets[0]["pitch"].unflatten(1, (ROWS, -1))
    assert pitch[0].nonzero().tolist() == [[0, 2], [1, 2]]


def test_every_layer_has_the_same_sets():
    queries, _ = sets_of([target(16)])
    assert len(queries.sets) == len(CONFIG.cross_layers)
    assert queries.usable.shape == (len(CONFIG.cross_layers), 1)


def test_a_sentence_without_pitch_does_not_take_it_from_its_neighbours():
    alone = sets_of([target(16)])[0].sets[0]["pitch"]
    together = sets_of([target(16), target(16, pitch=())])[0].sets[0]["pitch"]
    assert torch.equal(together[:1], alone)
    assert alone.any()
    assert not together[1].any()


def test_a_grid_full_of_pitch_is_not_usable():
    queries, covered = sets_of([target(16), target(16, pitch=[(0, 40, 0, 16)])])
    assert queries.usable.all(0).tolist() == [True, False]
    assert [c.too_wide for c in covered] == [False, True]


def test_spans_are_weights_of_columns_without_padding():
    sets = sets_of([target(16, split=8), target(8, split=8)])[0].sets[0]
    first, second = (sets[name].unflatten(1, (ROWS, -1)) for name in ("span1", "span2"))
    assert first[:, 0].tolist() == [[1, 1, 0, 0], [1, 1, 0, 0]]
    assert second[:, 0].tolist() == [[0, 0, 1, 1], [0, 0, 0, 0]]
    assert (first == first[:, :1]).all()


def test_every_span_is_parted_into_pitch_and_rest():
    sets = sets_of([target(16, split=8)])[0].sets[0]
    for span in ("span1", "span2"):
        for kind in ("pitch", "rest"):
            assert torch.equal(sets[f"{span}.{kind}"], sets[span] * sets[kind])
    assert sets["span1.pitch"].any()
    assert not sets["span2.pitch"].any()


def test_spans_do_not_depend_on_the_batch():
    """The last column of 10 frames holds two of them."""
    alone = sets_of([target(10, split=5)])[0].sets[0]
    together = sets_of([target(10, split=5), target(16, split=8)])[0].sets[0]
    for name in ("span1", "span2"):
        of_10 = together[name].unflatten(1, (ROWS, -1))[0, :, :3]
        assert torch.equal(of_10, alone[name].unflatten(1, (ROWS, -1))[0])
    assert together["span2"].unflatten(1, (ROWS, -1))[0, 0].tolist() == [0, 0.75, 1, 0]


def test_freq_has_no_spans():
    assert "span1" not in sets_of([target(16)])[0].sets[0]


def weights_of(settings, targets=None):
    """W for one key of each style group, and the null key."""
    membership = torch.eye(N_CHANNELS)[None, : NULL + 1].expand(len(targets or [0]), -1, -1)
    return all_log_weights(settings, membership, targets or [target(16)], 16, CONFIG)


def is_open(weights):
    return (weights[..., :4] > CLOSED).int()


@pytest.mark.parametrize(
    ("attend", "opened"), [("joint", [1, 1, 1, 1]), ("weighted", [1, 1, 1, 1]), ("masked", [1, 0, 0, 1])]
)
def test_freq_opens_groups_as_attend_says(attend, opened):
    settings = SynthSettings(attend=attend, guidance=no_guidance())
    assert is_open(weights_of(settings)[FULL])[0, 0].tolist() == opened


def test_weighted_takes_so_many_nepers():
    settings = SynthSettings(attend="weighted", attend_log_weight=1.5, guidance=no_guidance())
    weights = weights_of(settings)[FULL][0, 0]
    assert torch.allclose(weights[[1, 2]], weights[[0, 3]] - 1.5, atol=1e-5)


def test_dropped_groups_are_closed_and_no_others():
    weights = weights_of(SynthSettings())
    opened = {tuple(sorted(k)): is_open(v)[0, 0].tolist() for k, v in weights.items()}
    assert opened == {(): [1, 1, 1, 1], ("pitch",): [0, 1, 0, 1], ("rest",): [1, 0, 1, 0]}


def test_temp_masked_shows_each_span_its_own_reference():
    settings = SynthSettings(mode="temp", attend="masked", guidance=no_guidance())
    opened = is_open(weights_of(settings, [target(16, split=8)])[FULL])[0].unflatten(0, (ROWS, -1))
    assert opened[:, :2].flatten(0, 1).unique(dim=0).tolist() == [[1, 1, 0, 0]]
    assert opened[:, 2:].flatten(0, 1).unique(dim=0).tolist() == [[0, 0, 1, 1]]


def test_temp_joint_shows_everything():
    settings = SynthSettings(mode="temp")
    assert is_open(weights_of(settings, [target(16, split=8)])[FULL]).all()


def test_the_grid_is_the_estimators():
    assert patch_grid(CONFIG).n_rows * patch_grid(CONFIG).n_columns(17) == 15 * 5


def no_guidance():
    from guidance.settings import GuidanceSettings

    return GuidanceSettings(enabled=False)
