"""What is said beside a result: settings without effect, odd windows, a voice or a pitch that is missed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields

import numpy as np
from jaxtyping import Bool, Float

from guidance.settings import GuidanceSettings
from guidance.windows import window_warnings
from interp.audio.pitch_statistics import pitch_statistics, semitones
from interp.modes.registry import MODES
from interp.settings.synth import SynthSettings

# Recordings are voiced in nine of ten frames of voiced phonemes; below half of them speech sounds whispered.
LEAST_VOICED = 0.5
MOST_SEMITONES_OFF = 2.0
# Medians of F0 that the shipped voice was trained on; beyond them it does not follow.
VOICE_RANGE_HZ = (80.0, 290.0)
# In a word or two the tuned windows hold few pitch cells.
SHORT_VOICED_S = 0.5


def unused_notes(settings: SynthSettings) -> tuple[str, ...]:
    """One line for each kind of setting that differs from its default and that this run does not read."""
    defaults = SynthSettings()
    untuned = GuidanceSettings(enabled=False, objective=MODES[settings.mode].objective)
    guidance = [f.name for f in fields(untuned)]
    reasons = (
        *(
            (
                mode.name != settings.mode,
                _changed(settings, defaults, mode.own_settings),
                f"mode is {settings.mode}; add --mode {mode.name}",
            )
            for mode in MODES.values()
        ),
        (
            not settings.guidance.enabled,
            [f"guidance.{key}" for key in _changed(settings.guidance, untuned, guidance)],
            "the noise is not tuned; leave out --no-guidance",
        ),
        (
            settings.attend != "weighted",
            _changed(settings, defaults, ("attend_log_weight",)),
            f"attend is {settings.attend}; add --attend weighted",
        ),
    )
    return tuple(
        f"{', '.join(keys)}: no effect here, {reason}" for unread, keys, reason in reasons if unread and keys
    )


def _changed(mine: object, defaults: object, keys: Iterable[str]) -> list[str]:
    return [key for key in keys if getattr(mine, key) != getattr(defaults, key)]


def voicing_notes(
    f0_hz: Float[np.ndarray, " frames"], expected: Bool[np.ndarray, " frames"]
) -> tuple[str, ...]:
    """A line when too few frames of voiced phonemes are voiced, none otherwise.

    Parameters
    ----------
    f0_hz : (frames,) of the output, 0 where unvoiced
    expected : (frames,) bool, frames of voiced phonemes by duration
    """
    if not expected.any() or (f0_hz[expected] > 0).mean() >= LEAST_VOICED:
        return ()
    return (
        f"nearly unvoiced: {(f0_hz > 0).mean():.0%} of the output is voiced, {expected.mean():.0%} by its "
        "phonemes; try another --seed, a smaller --temperature or a reference of higher pitch",
    )


def pitch_notes(
    f0_hz: Float[np.ndarray, " frames"],
    reference_f0_hz: Float[np.ndarray, " reference_frames"],
    voiced_s: float,
    tuned: bool,
) -> tuple[str, ...]:
    """A line when the output's median F0 is over 2 semitones from reference 1's: both, and the likely why.

    Parameters
    ----------
    f0_hz : (frames,) of the part of the output that reference 1 decides, 0 where unvoiced
    reference_f0_hz : (frames,) of reference 1
    voiced_s : seconds of that part's voiced phonemes
    tuned : whether the noise is tuned
    """
    here, asked = pitch_statistics(f0_hz).median_hz, pitch_statistics(reference_f0_hz).median_hz
    if here is None or asked is None or abs(semitones(asked, here)) <= MOST_SEMITONES_OFF:
        return ()
    low, high = VOICE_RANGE_HZ
    if not low <= asked <= high:
        why = f"the voice reaches from {low:.0f} to {high:.0f} Hz; give a reference 1 within"
    elif not tuned:
        why = "the noise is not tuned, so nothing holds it there"
    elif voiced_s < SHORT_VOICED_S:
        why = f"{voiced_s:.1f} s of voice are too short to tune; give a longer text or another --seed"
    else:
        why = "the model is unsure here; try another --seed or more --epochs"
    gap = semitones(asked, here)
    return (f"pitch {here:.0f} Hz, {gap:+.1f} semitones from the {asked:.0f} Hz of reference 1: {why}",)


def tuning_notes(outcomes: Sequence[str]) -> tuple[str, ...]:
    """A line when no step of the tuning found anything to gain; ``outcomes`` as the trace names them."""
    if not outcomes or set(outcomes) != {"saturated"}:
        return ()
    return (
        "noise not tuned: no noise changes what is attended, as with one recording twice, or two that the "
        "voice cannot tell apart; it speaks as without tuning",
    )


def guidance_warnings(settings: SynthSettings, times: Sequence[float]) -> tuple[str, ...]:
    """A line for windows that hold no evaluation, and for a path that is hardly tuned."""
    guidance = settings.guidance
    few = (
        f"scope {guidance.scope}: {guidance.epochs} tuning iteration in all, where scope step does one at "
        "every step; raise --epochs, to 10, say",
    )
    once = guidance.scope != "step" and guidance.epochs == 1
    return (*window_warnings(settings.windows, [1 - t for t in times]), *(few if once else ()))
