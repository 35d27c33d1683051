"""Which cells of a mel count: F0, pitch cells, time spans, grids of attention maps, key groups."""

from masks.errors import InterpError
from masks.f0 import extract_f0
from masks.grid import MelGrid
from masks.groups import (
    GROUP_NAMES,
    N_CHANNELS,
    freq_visibility,
    key_membership,
    key_share,
    log_weights,
    temp_visibility,
)
from masks.mel_f0 import comb_salience, f0_of_mel
from masks.pitch import pitch_mask, resolved_limit_hz
from masks.reduce import PatchGrid, patch_share, reduce_mask
from masks.spans import (
    WordSpan,
    phoneme_matches,
    query_spans,
    span_weights,
    split_at_seconds,
    split_at_share,
    split_at_word,
)
from masks.target import (
    VOICED_PHONES,
    Coverage,
    coverage,
    predicted_cells,
    static_cells,
    voiced_f0,
    voiced_frames,
)

__all__ = [
    "GROUP_NAMES",
    "N_CHANNELS",
    "VOICED_PHONES",
    "Coverage",
    "InterpError",
    "MelGrid",
    "PatchGrid",
    "WordSpan",
    "comb_salience",
    "coverage",
    "extract_f0",
    "f0_of_mel",
    "freq_visibility",
    "key_membership",
    "key_share",
    "log_weights",
    "patch_share",
    "phoneme_matches",
    "pitch_mask",
    "predicted_cells",
    "query_spans",
    "reduce_mask",
    "resolved_limit_hz",
    "span_weights",
    "split_at_seconds",
    "split_at_share",
    "split_at_word",
    "static_cells",
    "temp_visibility",
    "voiced_f0",
    "voiced_frames",
]
