"""The `bin` estimator as an engine: references become keys, groups of keys are attended jointly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from jaxtyping import Float
from torch import Tensor

from guidance.bound_objective import BoundObjective
from guidance.layers import resolve_layers
from interp.diffusion.process import DiffusionProcess
from interp.estimators.bin.bound import BoundModel
from interp.estimators.bin.network import BinEstimator
from interp.estimators.bin.queries import PredictedQueries, all_log_weights, query_sets
from interp.estimators.bin.references import stack_references
from interp.estimators.contract import Binding, Piece, pad_batch
from interp.estimators.encode import encode_sentence
from interp.estimators.sentence import Sentence
from interp.estimators.speech_model import SpeechModel
from interp.settings.objectives import shipped_objective
from interp.settings.synth import SynthSettings
from interp.text.frontend import phonemize
from interp.text.lexicon import lexicon_with
from masks.errors import InterpError
from masks.grid import MelGrid
from masks.groups import STYLE_GROUPS, key_share


@dataclass(frozen=True)
class BinEngine:
    """See `Engine`."""

    model: SpeechModel

    @property
    def process(self) -> DiffusionProcess:
        """The forward process that the checkpoint names."""
        return self.model.config.process

    def adapt(self, settings: SynthSettings) -> tuple[SynthSettings, tuple[str, ...]]:
        """All settings as they are, but a speaker's number.

        Raises
        ------
        InterpError
            When a speaker is asked for: here a voice is a recording.
        """
        if settings.speaker1 is not None or settings.speaker2 is not None:
            raise InterpError(
                "speaker1, speaker2: this checkpoint knows no speakers by number, its voices are the "
                "references; leave them out, or give a Grad-TTS checkpoint of several speakers"
            )
        return settings, ()

    def encode(self, text: str, settings: SynthSettings) -> Sentence:
        """Phonemes by the program's own front end; see `Engine`."""
        return encode_sentence(
            self.model, phonemize(text, lexicon_with(settings.lexicon)), settings.length_scale
        )

    def bind(self, pieces: Sequence[Piece], settings: SynthSettings, grid: MelGrid) -> Binding:
        """Keys and values of the references are computed here; see `Engine`."""
        model, network = self.model, cast(BinEstimator, self.model.estimator)
        config = network.config
        mu, frame_mask = pad_batch([p.sentence.mu for p in pieces])
        bank = network.encode_references(stack_references([p.pair for p in pieces], model))
        targets = [p.target for p in pieces]
        queries, covered = query_sets(targets, frame_mask, config, grid)
        weights = all_log_weights(settings, bank.membership, targets, mu.shape[-1], config)
        layers = resolve_layers(settings.guidance.layers, len(config.cross_layers))
        bound = BoundModel(
            network,
            self.process,
            mu,
            frame_mask,
            bank,
            weights,
            layers,
            settings.cfg_pitch,
            settings.cfg_rest,
        )
        objective = shipped_objective(settings.guidance.objective)
        share = key_share(bank.membership)
        shares = {name: share[:, i] for i, name in enumerate(STYLE_GROUPS)}
        notes = [
            (f"pitch covers {c.share:.0%} of the low rows: too wide to tell it from the rest",) * c.too_wide
            for c in covered
        ]
        predicted = PredictedQueries(
            queries, pieces, settings.guidance.x0_from, config, grid, self.to_log_mel
        )
        queries_at = predicted if settings.guidance.target_cells == "x0" else None
        tuning = BoundObjective(bound, objective, queries, shares, settings.guidance, queries_at)
        return Binding(bound, tuning, notes)

    def to_log_mel(self, x: Float[Tensor, "*batch n_mels frames"]) -> Float[Tensor, "*batch n_mels frames"]:
        """Model units to natural log mel."""
        return self.model.to_log_mel(x)
