"""Alignments of symbols and mel frames: durations, paths, length regulation, monotonic alignment search."""

from __future__ import annotations

import math

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from masks.errors import InterpError

# Far beyond speech, even four times slowed down: 4 s a symbol, on average.
MOST_FRAMES_A_SYMBOL = 350


def symbol_of_frame(durations: Int[Tensor, "B N"]) -> Int[Tensor, "B T"]:
    """Index of the symbol that each frame belongs to, N past a sentence's end; T is that of the longest."""
    ends = durations.cumsum(-1)
    n_frames = int(ends[:, -1].max())
    # Damaged weights: logs that are not finite become the least integer, others hours of speech.
    if int(durations.min()) < 0 or not 0 <= n_frames <= MOST_FRAMES_A_SYMBOL * durations.shape[1]:
        raise InterpError(
            f"checkpoint: it lets {durations.shape[1]} symbols last {n_frames} frames, at most "
            f"{MOST_FRAMES_A_SYMBOL} each are allowed; its weights are damaged, give another checkpoint"
        )
    frames = torch.arange(n_frames, device=durations.device).expand(len(durations), -1)
    return torch.searchsorted(ends, frames.contiguous(), right=True)


def frame_mask_of(durations: Int[Tensor, "B N"]) -> Bool[Tensor, "B T"]:
    """True on the frames that a sentence has."""
    totals = durations.sum(-1)
    return torch.arange(int(totals.max()), device=durations.device) < totals[:, None]


def expand(mu_x: Float[Tensor, "B F N"], durations: Int[Tensor, "B N"]) -> Float[Tensor, "B F T"]:
    """Repeat each symbol's column for as many frames as it lasts, 0 past a sentence's end.

    Parameters
    ----------
    mu_x : (B, F, N)
    durations : (B, N), frames, 0 or more; 0 at padded symbols

    Returns
    -------
    (B, F, T), T the frames of the longest sentence; differentiable in mu_x
    """
    n_symbols = mu_x.shape[-1]
    symbol = symbol_of_frame(durations)
    columns = symbol.clamp_max(n_symbols - 1)[:, None].expand(-1, mu_x.shape[1], -1)
    return mu_x.gather(2, columns).masked_fill((symbol == n_symbols)[:, None], 0.0)


def durations_of(path: Bool[Tensor, "B N T"]) -> Int[Tensor, "B N"]:
    """Frames of each symbol in a dense alignment."""
    return path.sum(-1)


def log_prior(mu_x: Float[Tensor, "B F N"], mel: Float[Tensor, "B F T"]) -> Float[Tensor, "B N T"]:
    """Log density of every frame under N(mu_x, I) of every symbol (Grad-TTS, section 3.2).

    ``-|y - mu|^2 / 2`` is taken apart, so that no (B, F, N, T) difference is held.
    """
    constant = -0.5 * math.log(2 * math.pi) * mel.shape[1]
    y_squared = mel.square().sum(1)[:, None, :]
    mu_squared = mu_x.square().sum(1)[:, :, None]
    return mu_x.transpose(1, 2) @ mel - 0.5 * (y_squared + mu_squared) + constant


def search_durations(
    mu_x: Float[Tensor, "B F N"],
    x_mask: Bool[Tensor, "B N"],
    mel: Float[Tensor, "B F T"],
    frame_mask: Bool[Tensor, "B T"],
) -> Int[Tensor, "B N"]:
    """Most likely monotonic alignment of a recording and its symbols (Glow-TTS, algorithm 1); no gradients.

    Parameters
    ----------
    mu_x : (B, F, N), mean mel of each symbol, model units
    x_mask : (B, N), True at real symbols
    mel : (B, F, T), model units
    frame_mask : (B, T), True on real frames

    Returns
    -------
    (B, N), frames of each symbol: at least 1 at real symbols, 0 at padded ones; they sum to the real frames

    Raises
    ------
    InterpError
        where a recording has fewer frames than its text has symbols, or the package is not installed.
    """
    _check_enough_frames(x_mask.sum(1), frame_mask.sum(1))
    try:
        from monotonic_alignment_search import maximum_path
    except ImportError as error:
        raise InterpError(
            "alignment: package monotonic-alignment-search is missing; pip install 'interp-speech[train]'"
        ) from error
    with torch.no_grad():
        cells = x_mask[:, :, None] & frame_mask[:, None, :]
        path: Tensor = maximum_path(log_prior(mu_x, mel).float().contiguous(), cells.float())
    return durations_of(path.to(mu_x.device) > 0.5)


def _check_enough_frames(n_symbols: Int[Tensor, " B"], n_frames: Int[Tensor, " B"]) -> None:
    short = (n_frames < n_symbols).nonzero().flatten().tolist()
    if short:
        i = short[0]
        raise InterpError(
            f"alignment: recording {i} of the batch has {int(n_frames[i])} frames for {int(n_symbols[i])} "
            "symbols, and each needs at least one: leave the recording out or check that the text is its own"
        )
