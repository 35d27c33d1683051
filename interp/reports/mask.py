"""The pitch mask of a sound file, written as arrays and drawn."""

from __future__ import annotations

from pathlib import Path

import torch

from interp.audio.mel import log_mel
from interp.audio.read import load_reference
from interp.reports.figure import draw_mask
from interp.system.endings import require_ending
from interp.system.files import write_figure, write_npz
from masks.errors import InterpError
from masks.f0 import extract_f0
from masks.grid import MelGrid
from masks.pitch import HALF_WIDTH_BINS, pitch_mask

LONGEST_S = 600.0


def write_mask(
    recording: Path,
    out: Path,
    plot: Path | None = None,
    half_width_bins: float | None = None,
    n_harmonics: int | None = None,
) -> tuple[str, ...]:
    """Write ``mask (80, T) bool, f0_hz (T,), times_s (T,), mel_frequencies_hz (80,)``, and a picture.

    Returns
    -------
    notes on what was changed of the recording, one line each

    Raises
    ------
    InterpError
        When the recording will not do, has no voiced frame, or a width or count is out of range.
    """
    width = HALF_WIDTH_BINS if half_width_bins is None else half_width_bins
    if not 0 < width <= 40:
        raise InterpError(f"--width-bins: {width:g} is not allowed; give a width above 0, up to 40 bins")
    if n_harmonics is not None and n_harmonics < 1:
        raise InterpError(f"--harmonics: {n_harmonics} is not allowed; give 1 or more")
    require_ending("--out", out, (".npz",))
    require_ending("--plot", plot, (".png", ".svg"))
    grid = MelGrid()
    heard = load_reference(recording, grid, max_seconds=LONGEST_S)
    mel = log_mel(torch.from_numpy(heard.wav)[None], grid)[0].numpy()
    f0_hz = extract_f0(heard.wav, grid, mel.shape[1])
    if not f0_hz.any():
        raise InterpError(f"{recording}: no voiced frame, so it has no pitch; give a recording of speech")
    mask = pitch_mask(f0_hz, grid, width, n_harmonics)
    times = grid.frame_times_s(mel.shape[1])
    write_npz(out, mask=mask, f0_hz=f0_hz, times_s=times, mel_frequencies_hz=grid.centres_hz)
    if plot is not None:
        write_figure(plot, draw_mask(recording.name, mel, f0_hz, mask, grid))
    return heard.notes
