"""Settings that were changed and have no effect on this run: said once, so nobody waits for one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields

from guidance.settings import GuidanceSettings
from interp.settings.synth import OBJECTIVE_OF_MODE, SynthSettings

OF_TEMP = ("split", "split_s", "split_word", "crossfade_s")


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
