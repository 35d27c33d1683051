"""The similarity picture: F0 of the output and of both references over one axis, a panel for each output."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from interp.evaluation.measures import MEASURES
from interp.evaluation.phones import PhoneTimes, aligned_words, common_edges, is_pause, phone_times
from interp.evaluation.pitch import pitch
from interp.evaluation.scene import Scene, same_words
from interp.evaluation.warp import warp_by_dtw, warp_by_phones
from interp.reports.figure import (
    OUTPUT_COLOUR,
    REF_COLOURS,
    SWITCH_COLOUR,
    draw_track,
    finish_pitch,
    pitch_words,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_PANELS = 24
ONE_COLUMN = 3
PANEL_INCHES = (11.0, 3.4)
OWN_TIME = "own time, other words"


def draw_similarity(scenes: Sequence[tuple[str, Scene]], total: int | None = None) -> Figure:
    """A panel for each output: its F0, and the references', laid over it where they say the same words.

    A reference of the same words is drawn at the moment of the output that it goes with, by phone where
    pocketsphinx aligns both, else by DTW; one of other or unknown words runs on its own time, where its level
    can be compared but not its shape. Phonemes label the axis where the text is known.

    Parameters
    ----------
    scenes : name and scene of each output; the first 24 are drawn
    total : how many outputs there are, where only some were handed in
    """
    shown = scenes[:MOST_PANELS]
    columns = 1 if len(shown) <= ONE_COLUMN else 2
    rows = -(-len(shown) // columns)
    width = PANEL_INCHES[0] * (1 if columns == 1 else 1.6)
    figure = Figure(figsize=(width, PANEL_INCHES[1] * rows + 0.6), layout="constrained")
    FigureCanvasAgg(figure)
    panels = figure.subplots(rows, columns, squeeze=False).ravel()
    for axes, (name, scene) in zip(panels, shown, strict=False):
        _draw_panel(axes, name, scene)
    for axes in panels[len(shown) :]:
        axes.axis("off")
    of_all = f", {len(shown)} of {total} outputs" if total and total > len(shown) else ""
    title = f"F0 of the output and of its references{of_all}"
    figure.suptitle(title, x=0.01, ha="left", fontsize=13)
    return figure


def _draw_panel(axes: Axes, name: str, scene: Scene) -> None:
    output = scene.output
    for number, (ref, colour) in enumerate(zip(scene.refs, REF_COLOURS, strict=True), start=1):
        track, how = _laid_over(scene, number)
        label = f"reference {number}, {pitch_words(ref.f0_hz)} ({how})"
        draw_track(axes, ref.grid, track, colour, label, alpha=0.75)
    draw_track(axes, output.grid, output.f0_hz, OUTPUT_COLOUR, f"output, {pitch_words(output.f0_hz)}", 2.2)
    if scene.split_s is not None:
        axes.axvline(scene.split_s, color=SWITCH_COLOUR, lw=1.5, label=f"switch at {scene.split_s:.2f} s")
    finish_pitch(axes, output.seconds)
    axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=4, fontsize=7, frameon=False)
    said = f": “{_short(scene.text)}”" if scene.text else ""
    axes.set_title(f"{name}{said}\n{_subtitle(scene)}", loc="left", fontsize=9, pad=20)
    if (phones := _phones(scene)) is not None:
        _label_phones(axes, phones)


def _laid_over(scene: Scene, number: int) -> tuple[Float[np.ndarray, " frames"], str]:
    """A reference's track on the output's time, and how it got there."""
    ref = scene.refs[number - 1]
    if not same_words(scene, number):
        return ref.f0_hz, OWN_TIME
    edges = _edges(scene, number)
    if edges is None:
        positions, how = warp_by_dtw(scene.output, ref), "laid over by DTW"
    else:
        positions, how = warp_by_phones(scene.output, ref, *edges), "laid over by phone"
    frames = np.clip(np.nan_to_num(np.rint(positions)).astype(int), 0, len(ref.f0_hz) - 1)
    return np.where(np.isnan(positions), 0.0, ref.f0_hz[frames]), how


def _edges(scene: Scene, number: int) -> tuple[PhoneTimes, PhoneTimes] | None:
    if MEASURES["contour_phones"].missing:
        return None
    assert scene.text is not None
    here, there = (aligned_words(clip, scene.text) for clip in (scene.output, scene.refs[number - 1]))
    return common_edges(here, there) if here and there else None


def _phones(scene: Scene) -> PhoneTimes | None:
    if scene.text is None or MEASURES["contour_phones"].missing:
        return None
    words = aligned_words(scene.output, scene.text)
    return phone_times(words) if words else None


def _label_phones(axes: Axes, spoken: PhoneTimes) -> None:
    """Names between their edges; neighbours on two levels, or short phones would overprint each other."""
    edges = spoken.edges_s
    names = ["" if is_pause(phone) else phone for phone in spoken.phones]
    axes.set_xticks((edges[:-1] + edges[1:]) / 2, names, fontsize=7)
    for label in axes.get_xticklabels()[1::2]:
        label.set_y(-0.05)
    axes.set_xticks(edges, minor=True)
    axes.tick_params(axis="x", which="major", length=0)
    axes.grid(visible=False, axis="x")
    axes.set_xlabel(f"phonemes of the output, {edges[-1]:.2f} s")


def _subtitle(scene: Scene) -> str:
    """Where the output's median lies."""
    figures = pitch(scene)
    away = [figures[f"pitch.ref{n}.semitones"] for n in (1, 2)]
    if away[0] is None or away[1] is None:
        return "no voiced frame in one of the three"
    return f"median F0 {away[0]:+.1f} semitones from reference 1, {away[1]:+.1f} from reference 2"


def _short(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:77]}..."
