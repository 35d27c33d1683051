"""Which cells of a mel count: F0, pitch cells, time spans, grids of attention maps, key groups.

Names are imported when they are first asked for, so that ``interp --help`` does not wait for torch.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from masks.errors import InterpError
    from masks.f0 import extract_f0
    from masks.grid import MelGrid
    from masks.groups import (
        GROUP_NAMES,
        N_CHANNELS,
        freq_visibility,
        key_groups,
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

_MODULES = ("errors", "f0", "grid", "groups", "mel_f0", "pitch", "reduce", "spans", "target")

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
    "key_groups",
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


def __getattr__(name: str) -> Any:
    """Find a public name in the module that defines it."""
    if name in __all__:
        for module in _MODULES:
            found = import_module(f"masks.{module}")
            if hasattr(found, name):
                return getattr(found, name)
    raise AttributeError(f"module 'masks' has no attribute {name!r}")
