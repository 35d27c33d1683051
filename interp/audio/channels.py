"""One channel out of several: which are silent, reversed or unlike the others, and what is left to hear."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float

from interp.audio.level import SILENT_DBFS, active_level_dbfs, frame_levels_dbfs, peak_dbfs

# Speech comes and goes; a channel whose level does not is hum or hiss.
LEAST_RANGE_DB = 10.0
# A channel that lies so far below the loudest adds noise and hardly any voice.
MOST_BELOW_LOUDEST_DB = 10.0
ALIKE = 0.5  # correlation from which two channels hold the same voice


class Mixed(NamedTuple):
    """One channel (samples,), which of the channels are in it, and a note."""

    wav: Float[np.ndarray, " samples"]
    kept: Bool[np.ndarray, " channels"]
    notes: tuple[str, ...]


def one_channel(channels: Float[np.ndarray, "samples channels"], rate: int) -> Mixed:
    """The mean of the channels that agree with the loudest one, each turned to its polarity.

    Two channels of opposite polarity would cancel each other, and two voices or two rooms would blur.

    Parameters
    ----------
    channels : (samples, channels), without offset
    rate : int, Hz

    """
    n_channels = channels.shape[1]
    if n_channels == 1:
        return Mixed(channels[:, 0], np.array([True]), ())
    levels = np.array([active_level_dbfs(channel, rate) for channel in channels.T])
    speaks = np.array([_range_db(channel, rate) >= LEAST_RANGE_DB for channel in channels.T])
    loudest = int(np.argmax(np.where(speaks | ~speaks.any(), levels, -np.inf)))
    alike = np.array([_correlation(channels[:, loudest], channel) for channel in channels.T])
    silent = np.array([peak_dbfs(channel) < SILENT_DBFS for channel in channels.T])
    quiet = ~silent & (levels < levels[loudest] - MOST_BELOW_LOUDEST_DB)
    other = ~silent & ~quiet & (np.abs(alike) < ALIKE)
    kept = ~(silent | quiet | other)
    kept[loudest] = True
    reversed_ = kept & (alike < 0)
    mixed = (
        (channels[:, kept] * np.sign(alike[kept])).mean(axis=1) if kept.sum() > 1 else channels[:, loudest]
    )
    notes = _notes(n_channels, loudest, silent, quiet, other, reversed_, kept)
    return Mixed(mixed.astype(channels.dtype), kept, notes)


def _notes(
    n_channels: int,
    loudest: int,
    silent: np.ndarray,
    quiet: np.ndarray,
    other: np.ndarray,
    reversed_: np.ndarray,
    kept: np.ndarray,
) -> tuple[str, ...]:
    used = "mixed down to one" if kept.sum() > 1 else f"only channel {loudest + 1} is used"
    kinds = (
        (silent & ~kept, "silent"),
        (quiet & ~kept, f"more than {MOST_BELOW_LOUDEST_DB:g} dB below the loudest"),
        (other & ~kept, f"unlike channel {loudest + 1}"),
        (reversed_, "of reversed polarity and turned"),
    )
    reasons = [f"{_named(which)} {state}" for which, state in kinds if which.any()]
    return ("; ".join([f"{n_channels} channels, {used}", *reasons]),)


def _named(which: np.ndarray) -> str:
    numbers = [str(index + 1) for index in np.flatnonzero(which)]
    if len(numbers) == 1:
        return f"channel {numbers[0]} is"
    return f"channels {', '.join(numbers)} are"


def _range_db(channel: Float[np.ndarray, " samples"], rate: int) -> float:
    low, high = np.percentile(frame_levels_dbfs(channel, rate), (10, 95))
    return float(high - low)


def _correlation(here: Float[np.ndarray, " samples"], there: Float[np.ndarray, " samples"]) -> float:
    """Of the samples, -1 to 1; 0 when one of them is silent."""
    norm = float(np.linalg.norm(here.astype(np.float64)) * np.linalg.norm(there.astype(np.float64)))
    return float(np.dot(here.astype(np.float64), there) / norm) if norm > 0 else 0.0
