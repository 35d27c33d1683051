"""Grad-TTS as an engine: speakers by number, blended by composing the speaker plane cell by cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from guidance.bound_objective import BoundObjective
from guidance.layers import resolve_layers
from guidance.queries import QuerySets
from guidance.settings import GuidanceSettings
from interp.diffusion.process import DiffusionProcess
from interp.estimators.contract import Binding, Piece, pad_batch
from interp.estimators.gradtts.bound import N_LAYERS, BoundGradTTS
from interp.estimators.gradtts.model import GradTTS
from interp.estimators.gradtts.speakers import composed_plane, require_speakers, share_of_speaker1
from interp.estimators.sentence import Sentence, merge_blanks
from interp.modes.registry import MODES
from interp.settings.objectives import shipped_objective
from interp.settings.synth import SynthSettings
from interp.text.gradtts_phonemes import gradtts_phonemes, voiced_symbols
from masks.errors import InterpError
from masks.grid import MelGrid
from masks.groups import STYLE_GROUPS
from masks.target import static_cells, voiced_frames

OBJECTIVE = "sequential"
NOT_BLENDED = "this checkpoint has one speaker: nothing is blended, and speaker1 and speaker2 are not read"
NOT_TUNED = (
    "noise not tuned: in temp mode Grad-TTS's attention has no key that belongs to one speaker; the spans "
    "follow the speakers by the composed speaker plane alone"
)
GAMMA_INERT = (
    "noise tuned by the key softmax of Grad-TTS's linear attention on the pitch cells of each reference; "
    "mass in and out of them sums to 1, so gamma is inert"
)
BLENDED = "speakers {0} and {1} blended by the composed speaker plane; mu and durations are speaker {1}'s"


@dataclass(frozen=True)
class GradTTSEngine:
    """See `Engine`."""

    model: GradTTS

    @property
    def process(self) -> DiffusionProcess:
        """Grad-TTS's own, which is the default."""
        return DiffusionProcess()

    def adapt(self, settings: SynthSettings) -> tuple[SynthSettings, tuple[str, ...]]:
        """Speakers checked; the default objective of a mode becomes what this attention can follow.

        Raises
        ------
        InterpError
            For a missing or unknown speaker, attention weights, classifier-free guidance, or an objective
            in temp mode.
        """
        _refuse_what_needs_style(settings)
        guidance, notes = _guidance_followed(settings)
        notes += ("lexicon: not read, Grad-TTS has a front end of its own",) if settings.lexicon else ()
        return replace(settings, guidance=guidance), (self._speaker_note(settings), *notes)

    def _speaker_note(self, settings: SynthSettings) -> str:
        if self.model.config.n_spks == 1:
            return NOT_BLENDED
        require_speakers((settings.speaker1, settings.speaker2), self.model.config.n_spks)
        return BLENDED.format(settings.speaker1, settings.speaker2)

    def encode(self, text: str, settings: SynthSettings) -> Sentence:
        """Symbols by Grad-TTS's own front end; mu and durations are speaker 2's; see `Engine`."""
        phonemes = gradtts_phonemes(text)
        device = next(self.model.parameters()).device
        ids = torch.tensor([phonemes.ids], device=device)
        lengths = torch.tensor([ids.shape[1]], device=device)
        several = self.model.config.n_spks > 1
        speaker = torch.tensor([settings.speaker2], device=device) if several else None
        said = self.model.conditions(ids, lengths, speaker, settings.length_scale)
        durations = merge_blanks(said.durations[0].cpu().numpy(), len(phonemes.symbols))
        voiced = voiced_frames(voiced_symbols(phonemes.symbols), durations)
        return Sentence(phonemes, durations, said.mu[0], voiced)

    def bind(self, pieces: Sequence[Piece], settings: SynthSettings, grid: MelGrid) -> Binding:
        """Speaker plane and regions of the target are laid out here; see `Engine`."""
        mu, frame_mask = pad_batch([p.sentence.mu for p in pieces])
        regions = torch.stack([_regions(p, mu.shape[-1], settings, grid) for p in pieces]).to(mu)
        regions = regions * frame_mask[:, None, None]
        layers = resolve_layers(settings.guidance.layers, N_LAYERS)
        plane = self._plane(pieces, settings, mu)
        bound = BoundGradTTS(self.model.estimator, mu, frame_mask, regions, layers, plane)
        objective = shipped_objective(settings.guidance.objective)
        queries = QuerySets(({"all": mu.new_ones(len(pieces), 1)},) * N_LAYERS)
        cells = frame_mask.sum(1) * grid.n_mels
        shares = {name: regions[:, i].sum((1, 2)) / cells for i, name in enumerate(STYLE_GROUPS)}
        tuning = BoundObjective(bound, objective, queries, shares, settings.guidance)
        return Binding(bound, tuning, [()] * len(pieces))

    def _plane(
        self, pieces: Sequence[Piece], settings: SynthSettings, mu: Float[Tensor, "batch n_mels frames"]
    ) -> Float[Tensor, "batch n_mels frames"] | None:
        if settings.speaker1 is None or settings.speaker2 is None or self.model.config.n_spks == 1:
            return None
        share = share_of_speaker1([p.target for p in pieces], mu.shape[-1], mu.device)
        return composed_plane(self.model, (settings.speaker1, settings.speaker2), share)

    def to_log_mel(self, x: Float[Tensor, "*batch n_mels frames"]) -> Float[Tensor, "*batch n_mels frames"]:
        """Grad-TTS works on the natural log mel itself."""
        return x


def _refuse_what_needs_style(settings: SynthSettings) -> None:
    defaults = SynthSettings()
    changed = [
        name
        for name in ("attend", "cfg_pitch", "cfg_rest")
        if getattr(settings, name) != getattr(defaults, name)
    ]
    if changed:
        raise InterpError(
            f"{', '.join(changed)}: a Grad-TTS checkpoint attends to no reference, so there is nothing to "
            "weigh; leave the default, or give a checkpoint of this program"
        )


def _guidance_followed(settings: SynthSettings) -> tuple[GuidanceSettings, tuple[str, ...]]:
    """BoundObjective as this attention can follow it; a mode's default objective counts as none asked for."""
    asked, mode = settings.guidance, MODES[settings.mode]
    default = mode.objective
    if not asked.enabled:
        return asked, ()
    if not mode.bands and asked.objective != default:
        raise InterpError(
            f"objective: {asked.objective!r} cannot be followed in {mode.name} mode by a Grad-TTS "
            "checkpoint, whose noise is tuned by bands only; add --no-guidance"
        )
    if not mode.bands:
        return replace(asked, enabled=False), (NOT_TUNED,)
    if asked.target_cells != "static":
        raise InterpError(
            f"target_cells: {asked.target_cells!r} cannot be followed by a Grad-TTS checkpoint, whose "
            "regions are laid out once; leave it at static"
        )
    if asked.objective != default:
        return asked, (GAMMA_INERT,)
    replaced = f"objective: {OBJECTIVE} in place of {default}, which needs queries by band"
    return replace(asked, objective=OBJECTIVE), (GAMMA_INERT, replaced)


def _regions(
    piece: Piece, n_frames: int, settings: SynthSettings, grid: MelGrid
) -> Float[Tensor, "groups n_mels frames"]:
    """Pitch cells of reference 1, their complement, pitch cells of reference 2, their complement."""
    first = torch.from_numpy(piece.target.pitch)
    second = torch.from_numpy(_pitch_of_reference2(piece, settings, grid))
    cells = {"ref1.pitch": first, "ref1.rest": ~first, "ref2.pitch": second, "ref2.rest": ~second}
    regions = torch.stack([cells[name] for name in STYLE_GROUPS]).float()
    return torch.nn.functional.pad(regions, (0, n_frames - regions.shape[-1]))


def _pitch_of_reference2(
    piece: Piece, settings: SynthSettings, grid: MelGrid
) -> Bool[np.ndarray, "n_mels frames"]:
    """Only tuning reads these cells: without it a reference without voice will do."""
    reference = piece.pair[1]
    if reference.f0_hz.any():
        return static_cells(reference.f0_hz, piece.sentence.voiced, grid)
    if settings.guidance.enabled:
        raise InterpError(
            f"{reference.recording.path}: no voiced frame, so no noise can be tuned away from its pitch; "
            "give a recording of speech, or --no-guidance"
        )
    return np.zeros_like(piece.target.pitch)
