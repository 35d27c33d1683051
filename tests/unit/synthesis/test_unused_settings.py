"""A changed setting without effect is named with its reason; a setting that has effect is not."""

from dataclasses import replace

import pytest

from guidance.settings import GuidanceSettings
from interp.settings.synth import SynthSettings
from interp.synthesis.notes import unused_notes

UNTUNED = GuidanceSettings(enabled=False)


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        (SynthSettings(split=0.3, crossfade_s=0.2), ["split, crossfade_s: no effect", "--mode temp"]),
        (SynthSettings(guidance=replace(UNTUNED, gamma=3.0)), ["guidance.gamma: no effect", "--no-guidance"]),
        (SynthSettings(attend_log_weight=1.0), ["attend_log_weight: no effect", "--attend weighted"]),
    ],
)
def test_setting_without_effect_is_named_with_the_reason(settings: SynthSettings, named: list[str]) -> None:
    (note,) = unused_notes(settings)
    assert all(word in note for word in named)


@pytest.mark.parametrize(
    "settings",
    [
        SynthSettings(),
        SynthSettings(mode="temp", split=0.3, crossfade_s=0.2),
        SynthSettings(mode="temp", guidance=UNTUNED),
        SynthSettings(guidance=GuidanceSettings(gamma=3.0)),
        SynthSettings(attend="weighted", attend_log_weight=1.0),
    ],
)
def test_setting_with_effect_is_not_named(settings: SynthSettings) -> None:
    assert unused_notes(settings) == ()
