"""Every measure by name, with its keys and what it needs; `measure` runs the chosen ones on one output."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from interp.evaluation import (
    contour,
    cross_band,
    distillmos,
    dnsmos,
    energy,
    formants,
    gender,
    mcd,
    phones,
    pitch,
    speaker,
    switch,
    switch_speaker,
    words,
)
from interp.evaluation.clip import Clip, load_clip
from interp.evaluation.packages import missing_of
from interp.evaluation.scene import Figures, Scene
from interp.system.nearest import did_you_mean
from masks.errors import InterpError


@dataclass(frozen=True)
class Measure:
    """One measure.

    Parameters
    ----------
    name : as given to ``--measures``
    function : from a scene to the figures of all ``keys``
    keys : what each figure is, with its unit
    modules : modules beyond the base installation, by import name
    one_of : sets of more such modules, of which one set is enough
    """

    name: str
    function: Callable[[Scene], Figures]
    keys: Mapping[str, str]
    modules: tuple[str, ...] = ()
    one_of: tuple[tuple[str, ...], ...] = ()

    @property
    def missing(self) -> tuple[str, ...]:
        """Modules that are not installed; of the sets, those of the one that lacks fewest."""
        return missing_of(self.modules) + min(map(missing_of, self.one_of), key=len, default=())


@dataclass(frozen=True)
class Measured:
    """Figures of one output.

    Parameters
    ----------
    figures : by key; always all keys of the measures that ran, None where one does not apply
    """

    figures: Figures

    def __getitem__(self, key: str) -> float | None:
        """The figure of a key."""
        return self.figures[key]


MEASURES: Mapping[str, Measure] = {
    m.name: m
    for m in (
        Measure("pitch", pitch.pitch, pitch.KEYS),
        Measure("contour", contour.contour, contour.KEYS),
        Measure("contour_phones", contour.contour_phones, contour.PHONE_KEYS, phones.MODULES),
        Measure("energy", energy.energy, energy.KEYS),
        Measure("mcd", mcd.mcd, mcd.KEYS, mcd.MODULES),
        Measure("formants", formants.formants, formants.KEYS),
        Measure("speaker", speaker.speaker, speaker.KEYS, speaker.MODULES),
        Measure("gender", gender.gender, gender.KEYS),
        Measure("words", words.words, words.KEYS, words.MODULES, words.ONE_OF),
        Measure(
            "words_pocketsphinx",
            words.words_pocketsphinx,
            words.POCKETSPHINX_KEYS,
            words.POCKETSPHINX_MODULES,
        ),
        Measure("dnsmos", dnsmos.dnsmos, dnsmos.KEYS, dnsmos.MODULES),
        Measure("distillmos", distillmos.distillmos, distillmos.KEYS, distillmos.MODULES),
        Measure("cross_band", cross_band.cross_band, cross_band.KEYS),
        Measure("switch", switch.switch, switch.KEYS),
        Measure("switch_speaker", switch_speaker.switch_speaker, switch_speaker.KEYS, speaker.MODULES),
    )
}
GROUPS: Mapping[str, tuple[str, ...]] = {
    "all": tuple(MEASURES),
    "contours": ("contour", "contour_phones", "energy"),
    "rest": ("energy", "mcd", "formants", "speaker", "gender"),
    "quality": ("words", "dnsmos", "distillmos", "cross_band"),
    "temp": ("switch", "switch_speaker"),
}


def choose(names: Sequence[str]) -> tuple[Measure, ...]:
    """Measures of the names given, groups opened, in the order of `MEASURES`, each once.

    Raises
    ------
    InterpError
        When a name is unknown, or there is none.
    """
    known = {**GROUPS, **{name: (name,) for name in MEASURES}}
    allowed = f"allowed: {', '.join(known)}"
    if not names:
        raise InterpError(f"measures: none is given; {allowed}")
    for name in names:
        if name not in known:
            hint = f"{did_you_mean(name, known)} {allowed}".lstrip()
            raise InterpError(f"measures: no measure {name!r}; {hint}")
    wanted = {member for name in names for member in known[name]}
    return tuple(measure for measure in MEASURES.values() if measure.name in wanted)


def measure(
    output: Clip | str | Path,
    ref1: Clip | str | Path,
    ref2: Clip | str | Path,
    *,
    text: str | None = None,
    ref_texts: tuple[str | None, str | None] = (None, None),
    split_s: float | None = None,
    measures: Sequence[str] = ("all",),
) -> Measured:
    """Measure an output against its two references.

    Parameters
    ----------
    output, ref1, ref2 : clips or sound files; a clip keeps its features, so reuse those of references
    text, ref_texts : what is said; figures over time are only given against a reference of the same words
    split_s : temp: seconds of the switch
    measures : names of `MEASURES` or `GROUPS`; one whose modules are missing is left out (`Measure.missing`)

    Raises
    ------
    InterpError
        When a name is unknown or a file will not do.
    """
    clips = [clip if isinstance(clip, Clip) else load_clip(clip) for clip in (output, ref1, ref2)]
    return measure_scene(Scene(clips[0], (clips[1], clips[2]), text, ref_texts, split_s), measures)


def measure_scene(scene: Scene, measures: Sequence[str] = ("all",)) -> Measured:
    """`measure` of a scene whose sounds are loaded.

    Raises
    ------
    InterpError
        When a name is unknown.
    """
    figures: Figures = {}
    for chosen in choose(measures):
        if not chosen.missing:
            found = chosen.function(scene)
            figures |= {key: found[key] for key in chosen.keys}
    return Measured(figures)
