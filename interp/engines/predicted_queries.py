"""Pitch queries where the predicted clean mel shows its harmonics: target cells ``x0``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from torch import Tensor

from guidance.queries import QuerySets
from guidance.tuning import StepState
from interp.blend import TargetCells, query_sets
from interp.engines.contract import Piece
from interp.models.bin_config import BinConfig
from masks.grid import MelGrid
from masks.target import predicted_cells


@dataclass(frozen=True)
class PredictedQueries:
    """Sets of queries of a step: static ones early, then by what the step before predicted.

    Parameters
    ----------
    static : sets from the band of reference 1's F0, with the layers that they leave usable
    x0_from : progress from which the prediction is used
    to_log_mel : model units to natural log mel
    """

    static: QuerySets
    pieces: Sequence[Piece]
    x0_from: float
    config: BinConfig
    grid: MelGrid
    to_log_mel: Callable[[Tensor], Tensor]

    def __call__(self, state: StepState) -> QuerySets:
        """Sets for the step at hand."""
        if state.clean is None or state.progress < self.x0_from:
            return self.static
        mels = self.to_log_mel(state.clean)
        targets = [self._target(p, mel) for p, mel in zip(self.pieces, mels, strict=True)]
        return query_sets(targets, state.frame_mask, self.config, self.grid)[0]

    def _target(self, piece: Piece, mel: Tensor) -> TargetCells:
        sentence = piece.sentence
        cells = predicted_cells(mel[:, : sentence.n_frames], sentence.voiced, self.grid)
        return replace(piece.target, pitch=cells)
