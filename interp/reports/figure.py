"""Figures: a synthesis on one page, and a recording with its pitch mask."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Bool, Float
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import FixedLocator, MaxNLocator, NullLocator

from interp.audio.pitch_statistics import pitch_statistics
from interp.synthesis.result import ReferenceResult, Synthesis
from masks.grid import MelGrid

if TYPE_CHECKING:
    from matplotlib.axes import Axes

REF_COLOURS = ("#0072b2", "#d55e00")
OUTPUT_COLOUR = "#111111"
MASK_COLOUR = "#7fffd4"
GROUP_COLOURS = {
    "ref1.pitch": "#0072b2",
    "ref1.rest": "#56b4e9",
    "ref2.pitch": "#d55e00",
    "ref2.rest": "#e69f00",
    "ref1": "#0072b2",
    "ref2": "#d55e00",
}
# Relative masses of one kind sum to 1, so one of each pair says it all; 0.5 is indifference.
RELATIVE_SHOWN = ("ref1.pitch", "ref2.rest", "ref1")
FREQUENCY_TICKS_HZ = (100, 500, 1000, 2000, 4000, 8000)
PITCH_TICKS_HZ = (60, 80, 100, 125, 150, 200, 250, 300, 400)
INCHES_PER_PHONEME = 0.21
WIDTH_INCHES = (12.0, 60.0)
# One scale for all mels, so that they can be compared: the clamp, and a loud partial at -23 dBFS.
MEL_RANGE = (-11.5, 2.0)
SWITCH_COLOUR = "#009e73"


def draw_synthesis(synthesis: Synthesis) -> Figure:
    """References with their masks, the output, F0 of all three, and the masses over the tuning steps."""
    n_refs, grid = len(synthesis.references), synthesis.grid
    width = float(np.clip(INCHES_PER_PHONEME * len(synthesis.phonemes), *WIDTH_INCHES))
    heights = [1.0] * n_refs + [1.3, 1.1, 1.0]
    figure, rows = _page(width, 2.4 * sum(heights), heights)
    for number, reference in enumerate(synthesis.references, start=1):
        axes = rows[number - 1]
        _draw_mel(axes, reference.mel, grid, reference.mask)
        title = f"Reference {number}: {_short(reference)} ({pitch_words(reference.f0_hz)})"
        axes[0].set_title(title, loc="left")
        axes[0].set_xlabel("time (s)")
    _draw_output(rows[n_refs], synthesis)
    _draw_pitch(rows[n_refs + 1], synthesis)
    _draw_masses(rows[n_refs + 2], synthesis)
    figure.suptitle(_headline(synthesis), x=0.01, ha="left", fontsize=12)
    return figure


def draw_mask(
    name: str,
    mel: Float[np.ndarray, "n_mels frames"],
    f0_hz: Float[np.ndarray, " frames"],
    mask: Bool[np.ndarray, "n_mels frames"],
    grid: MelGrid,
) -> Figure:
    """A recording's mel under its pitch mask, and its F0."""
    figure, (top, bottom) = _page(WIDTH_INCHES[0], 7.0, [2.2, 1.0])
    _draw_mel(top, mel, grid, mask)
    top[0].set_title(f"{name}: mel and pitch mask ({mask.mean():.1%} of all cells)", loc="left")
    top[0].set_xlabel("time (s)")
    axes = bottom[0]
    draw_track(axes, grid, f0_hz, OUTPUT_COLOUR, f"F0, {pitch_words(f0_hz)}")
    finish_pitch(axes, len(f0_hz) / grid.frame_rate_hz)
    bottom[1].axis("off")
    return figure


def _page(width: float, height: float, heights: list[float]) -> tuple[Figure, list[tuple[Axes, Axes]]]:
    """A page of rows: a wide panel, and beside it a narrow one for a colour bar, so that time axes align."""
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    panels = figure.subplots(
        len(heights), 2, height_ratios=heights, width_ratios=[width * 6, 1], squeeze=False
    )
    return figure, [(row[0], row[1]) for row in panels]


def _draw_mel(
    row: tuple[Axes, Axes],
    mel: Float[np.ndarray, "n_mels frames"],
    grid: MelGrid,
    mask: Bool[np.ndarray, "n_mels frames"],
) -> None:
    axes, bar = row
    extent = (0.0, mel.shape[1] / grid.frame_rate_hz, -0.5, grid.n_mels - 0.5)
    shape: dict[str, Any] = {
        "origin": "lower",
        "aspect": "auto",
        "extent": extent,
        "interpolation": "nearest",
    }
    image = axes.imshow(mel, cmap="magma", vmin=MEL_RANGE[0], vmax=MEL_RANGE[1], **shape)
    axes.figure.colorbar(image, cax=bar, label="ln magnitude")
    if mask.any():
        axes.imshow(np.ma.masked_equal(mask, 0), cmap=ListedColormap([MASK_COLOUR]), alpha=0.38, **shape)
        key = [Patch(color=MASK_COLOUR, alpha=0.6, label="pitch cells")]
        legend_above(axes, 1, key)
    ticks = [hz for hz in FREQUENCY_TICKS_HZ if hz <= grid.f_max_hz]
    axes.set_yticks(grid.bins_of_hz(np.array(ticks, dtype=float)), [str(hz) for hz in ticks])
    axes.set_ylabel("frequency (Hz)")


def legend_above(axes: Axes, columns: int, handles: list[Patch] | None = None) -> None:
    """A legend beside the title, where it hides nothing."""
    place: dict[str, Any] = {
        "loc": "lower right",
        "bbox_to_anchor": (1.0, 1.0),
        "fontsize": 8,
        "frameon": False,
    }
    axes.legend(handles=handles, ncols=columns, **place)


def _draw_output(row: tuple[Axes, Axes], synthesis: Synthesis) -> None:
    _draw_mel(row, synthesis.mel, synthesis.grid, synthesis.target_mask)
    axes = row[0]
    axes.set_title(f"Output: {synthesis.seconds_audio:.2f} s ({pitch_words(synthesis.f0_hz)})", loc="left")
    ends = np.cumsum(synthesis.durations) / synthesis.grid.frame_rate_hz
    centres = ends - synthesis.durations / (2 * synthesis.grid.frame_rate_hz)
    axes.set_xticks(centres, synthesis.phonemes, fontsize=7)
    # Neighbours stand on two levels, or short phonemes would overprint each other.
    for label in axes.get_xticklabels()[1::2]:
        label.set_y(-0.055)
    axes.set_xticks(ends, minor=True)
    axes.tick_params(axis="x", which="major", length=0)
    axes.tick_params(axis="x", which="minor", length=5)
    axes.set_xlabel("phonemes, on the time axis of the panel below")
    _mark_words(axes, synthesis)


def _mark_words(axes: Axes, synthesis: Synthesis) -> None:
    rate = synthesis.grid.frame_rate_hz
    if synthesis.split_frame is not None:
        axes.axvline(synthesis.split_frame / rate, color=SWITCH_COLOUR, lw=1.5)
    for span in synthesis.words:
        axes.axvline(span.start_frame / rate, color="white", lw=0.5, alpha=0.6)
        middle = (span.start_frame + span.end_frame) / (2 * rate)
        axes.text(middle, synthesis.grid.n_mels - 7, span.word, color="white", fontsize=8, ha="center")


def _draw_pitch(row: tuple[Axes, Axes], synthesis: Synthesis) -> None:
    axes, grid = row[0], synthesis.grid
    for number, reference in enumerate(synthesis.references, start=1):
        colour = REF_COLOURS[number - 1]
        draw_track(axes, grid, reference.f0_hz, colour, f"ref {number}", alpha=0.45)
        median = pitch_statistics(reference.f0_hz).median_hz
        if median:
            axes.axhline(median, color=colour, ls="--", lw=1, label=f"median {median:.0f} Hz")
    draw_track(axes, grid, synthesis.f0_hz, OUTPUT_COLOUR, "output", width=2.2)
    if synthesis.split_frame is not None:
        at = synthesis.split_frame / grid.frame_rate_hz
        axes.axvline(at, color=SWITCH_COLOUR, lw=1.5, label=f"switch at {at:.2f} s")
    axes.set_title("F0, references and output", loc="left")
    finish_pitch(axes, synthesis.seconds_audio)
    row[1].axis("off")


def draw_track(
    axes: Axes,
    grid: MelGrid,
    f0_hz: Float[np.ndarray, " frames"],
    colour: str,
    label: str,
    width: float = 1.4,
    alpha: float = 1.0,
) -> None:
    """An F0 track, Hz, over the frames' times; gaps where it is 0."""
    gaps = np.where(f0_hz > 0, f0_hz, np.nan)
    axes.plot(grid.frame_times_s(len(f0_hz)), gaps, color=colour, lw=width, alpha=alpha, label=label)


def finish_pitch(axes: Axes, seconds: float) -> None:
    """Scales, labels and legend of a panel of F0 tracks, from 0 to ``seconds``."""
    axes.set_yscale("log")
    axes.yaxis.set_major_locator(FixedLocator(PITCH_TICKS_HZ))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter("{x:.0f}")
    axes.set_xlim(0, seconds)
    axes.set_ylabel("F0 (Hz, log scale)")
    axes.set_xlabel("time (s)")
    axes.grid(alpha=0.25)
    legend_above(axes, 6)


def _draw_masses(row: tuple[Axes, Axes], synthesis: Synthesis) -> None:
    axes = row[0]
    row[1].axis("off")
    axes.set_title(
        "Attention mass on each key group, over the tuning steps (relative: 0.5 is indifference)", loc="left"
    )
    axes.set_xlabel("progress of the reverse process (0 noise, 1 data)")
    axes.set_ylabel("attention mass")
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    trace = synthesis.guidance.trace if synthesis.guidance else ()
    if not trace:
        axes.text(0.5, 0.5, "the noise was not tuned", ha="center", va="center", color="#666666")
        return
    at = [line["progress"] for line in trace]
    assert synthesis.guidance is not None
    if synthesis.guidance.scope != "step":  # before the first step
        at = list(range(1, len(trace) + 1))
        axes.set_xlabel("tuning iteration")
        axes.set_xlim(0.5, 1.3 * len(trace) + 0.5)  # room for the legend
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    else:
        _draw_windows(axes, synthesis)
    for kind, style, names in (("raw", "o-", GROUP_COLOURS), ("relative", "s--", RELATIVE_SHOWN)):
        for name in (n for n in names if n in trace[0]["mass"][kind]):
            mass = [line["mass"][kind][name] for line in trace]
            label = name if kind == "raw" else f"{name}, relative"
            axes.plot(at, mass, style, ms=3, lw=1.2, color=GROUP_COLOURS[name], label=label)
    axes.axhline(0.5, color="#bbbbbb", lw=0.8)
    _draw_loss(axes, at, trace)
    axes.legend(loc="center right", fontsize=8)


def _draw_windows(axes: Axes, synthesis: Synthesis) -> None:
    assert synthesis.guidance is not None
    for number, (start, end) in enumerate(synthesis.guidance.windows, start=1):
        if end > start:
            axes.axvspan(start, end, color="#009e73", alpha=0.04 + 0.05 * number, label=f"window {number}")


def _draw_loss(axes: Axes, at: list[float], trace: tuple[Any, ...]) -> None:
    loss = axes.twinx()
    loss.plot(at, [line["loss_after"] for line in trace], color="#666666", ls=":", lw=1.5)
    loss.set_ylabel("loss (dotted)", color="#666666")


def _headline(synthesis: Synthesis) -> str:
    settings, guidance = synthesis.settings, synthesis.guidance
    how = f"tuned by '{guidance.objective}' ({guidance.scope})" if guidance else "noise not tuned"
    text = synthesis.text if len(synthesis.text) <= 100 else f"{synthesis.text[:97]}..."
    run = f"seed {settings.seed}, {settings.n_timesteps} steps, {settings.sampler}"
    return f"“{text}”\nmode {settings.mode}, {how}, attention {settings.attend}, {run}"


def _short(reference: ReferenceResult) -> str:
    return reference.path.replace("\\", "/").rsplit("/", 1)[-1]


def pitch_words(f0_hz: Float[np.ndarray, " frames"]) -> str:
    """A track's median in words."""
    median = pitch_statistics(f0_hz).median_hz
    return f"median F0 {median:.0f} Hz" if median else "no voiced frame"
