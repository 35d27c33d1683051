"""What is said beside a result: settings without effect, odd windows, an output that is hardly voiced."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields

import numpy as np
from jaxtyping import Bool, Float

from guidance.settings import GuidanceSettings
from guidance.windows import window_warnings
from interp.settings.synth import OBJECTIVE_OF_MODE, SynthSettings

OF_TEMP = ("split", "split_s", "split_word", "crossfade_s")
# Recordings are voiced in nine of ten frames of voiced phonemes; below half of them speech sounds whispered.
LEAST_VOICED = 0.5


def unused_notes(settings: SynthSettings) -> tuple[str, ...]:
    """One line for each kind of setting that differs from its default and that this run does not read."""
    defaults = SynthSettings()
    untuned = GuidanceSettings(enabled=False, objective=OBJECTIVE_OF_MODE[settings.mode])
    guidance = [f.name for f in fields(untuned)]
    reasons = (
        (settings.mode == "freq", _changed(settings, defaults, OF_TEMP), "mode is freq; add --mode temp"),
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


def guidance_warnings(settings: SynthSettings, times: Sequence[float]) -> tuple[str, ...]:
    """A line for windows that hold no evaluation, and for a path that is hardly tuned."""
    guidance = settings.guidance
    few = (
        f"scope {guidance.scope}: {guidance.epochs} tuning iteration in all, where scope step does one at "
        "every step; raise --epochs, to 10, say",
    )
    once = guidance.scope != "step" and guidance.epochs == 1
    return (*window_warnings(settings.windows, [1 - t for t in times]), *(few if once else ()))
