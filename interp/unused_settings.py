"""Settings that were changed and have no effect on this run: said once, so nobody waits for one."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from guidance.settings import GuidanceSettings
from interp.settings import OBJECTIVE_OF_MODE, SynthSettings

OF_TEMP = ("split", "split_s", "split_word", "crossfade_s")


def unused_notes(settings: SynthSettings) -> tuple[str, ...]:
    """One line for each kind of setting that differs from its default and that this run does not read."""
    reasons = (
        (_changed(settings, OF_TEMP) if settings.mode == "freq" else [], "mode is freq; add --mode temp"),
        (
            [] if settings.guidance.enabled else _changed_guidance(settings),
            "the noise is not tuned; leave out --no-guidance",
        ),
        (
            _changed(settings, ("attend_log_weight",)) if settings.attend != "weighted" else [],
            f"attend is {settings.attend}; add --attend weighted",
        ),
    )
    return tuple(f"{', '.join(keys)}: no effect here, {reason}" for keys, reason in reasons if keys)


def _changed(settings: SynthSettings, keys: tuple[str, ...]) -> list[str]:
    defaults = SynthSettings()
    return [key for key in keys if getattr(settings, key) != getattr(defaults, key)]


def _changed_guidance(settings: SynthSettings) -> list[str]:
    mine, defaults = settings.guidance, GuidanceSettings(objective=OBJECTIVE_OF_MODE[settings.mode])
    return [
        f"guidance.{f.name}" for f in fields(mine) if f.name != "enabled" and _differs(mine, defaults, f.name)
    ]


def _differs(mine: Any, defaults: Any, name: str) -> bool:
    return bool(getattr(mine, name) != getattr(defaults, name))
