"""A recording made ready before anything is measured: one clean channel, its ends cut, its best part."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float
from scipy.ndimage import binary_opening

from interp.audio.below_speech import without_what_no_voice_makes
from interp.audio.channels import one_channel
from interp.audio.clipping import clipped_share
from interp.audio.level import FRAME_S, frame_levels_dbfs

# What counts as sound: within 40 dB of the loudest half second, and 10 dB above the quietest tenth.
LOUD_S = 0.5
BELOW_LOUD_DB = 40.0
ABOVE_FLOOR_DB = 10.0
LEAST_BELOW_LOUD_DB = 15.0
SHORTEST_SOUND_FRAMES = 5  # 100 ms; a click and its ringing are shorter
# Silence at an end is cut from half a second on, to what training recordings have.
LONGEST_SILENCE_S = 0.5
KEPT_SILENCE_S = 0.15


@dataclass(frozen=True)
class Prepared:
    """The part of a recording that is used, as one clean channel.

    Parameters
    ----------
    wav : (samples,), mono, at the file's own rate and level
    start_s : float, seconds, where in the file it begins
    clipped_share : float, share of its samples on flat tops, in the channels as they were
    notes : a line for everything that was changed
    """

    wav: Float[np.ndarray, " samples"]
    start_s: float
    clipped_share: float
    notes: tuple[str, ...]


def prepare(
    channels: Float[np.ndarray, "samples channels"], rate: int, max_seconds: float, *, whole: bool = False
) -> Prepared:
    """Make a recording ready for use.

    In this order: what no voice makes is taken out of every channel (`below_speech`), the channels become one
    (`channels`), silence at the ends is cut, and the ``max_seconds`` with the most sound are kept.

    Parameters
    ----------
    channels : (samples, channels), at least one sample
    rate : int, Hz
    max_seconds : float, seconds; no more is kept
    whole : bool, leave silence at the ends, and keep the first ``max_seconds``, which the caller notes
    """
    cleaned = [without_what_no_voice_makes(channel, rate) for channel in channels.T]
    wav, kept, mixing = one_channel(np.stack([clean for clean, _ in cleaned], axis=1), rate)
    part, cuts = _part(wav, rate, max_seconds, whole)
    clipped = max(clipped_share(channel[part], rate) for channel in channels.T[kept])
    heard = [notes for (_, notes), is_kept in zip(cleaned, kept, strict=True) if is_kept]
    removed = dict.fromkeys(note for notes in heard for note in notes)
    return Prepared(wav[part], part.start / rate, clipped, (*cuts, *mixing, *removed))


def _part(
    wav: Float[np.ndarray, " samples"], rate: int, max_seconds: float, whole: bool
) -> tuple[slice, tuple[str, ...]]:
    """Samples to keep, and notes on what is cut."""
    n_most, n_all = round(max_seconds * rate), len(wav)
    if whole:
        return slice(0, min(n_most, n_all)), ()
    sound = _sounding(wav, rate)
    start, end = _without_silent_ends(sound, rate, n_all)
    silence_s = (start + n_all - end) / rate
    notes = [f"{silence_s:.1f} s of silence at its ends cut off"] if silence_s else []
    if end - start > n_most:
        kept = start + _best_start(sound[_frame_of(start, rate) :], rate, end - start, n_most)
        notes.append(
            f"{(end - start) / rate:.1f} s long; the {max_seconds:g} s with the most sound are used, from "
            f"{kept / rate:.1f} s on"
        )
        start, end = kept, kept + n_most
    return slice(start, end), tuple(notes)


def _sounding(wav: Float[np.ndarray, " samples"], rate: int) -> Bool[np.ndarray, " frames"]:
    """Which frames of 20 ms hold sound rather than silence or a click."""
    levels = frame_levels_dbfs(wav, rate)
    n_loud = min(round(LOUD_S / FRAME_S), -(-len(levels) // 4))
    loud = float(np.sort(levels)[-n_loud])
    floor = float(np.percentile(levels, 10))
    least = min(max(loud - BELOW_LOUD_DB, floor + ABOVE_FLOOR_DB), loud - LEAST_BELOW_LOUD_DB)
    return np.asarray(binary_opening(levels >= least, np.ones(SHORTEST_SOUND_FRAMES)))


def _without_silent_ends(sound: Bool[np.ndarray, " frames"], rate: int, n_samples: int) -> tuple[int, int]:
    """First sample and the one past the last, after a long silence at either end was cut."""
    frames = np.flatnonzero(sound)
    if not len(frames):
        return 0, n_samples
    first, last = _sample_of(int(frames[0]), rate), _sample_of(int(frames[-1]) + 1, rate)
    longest, kept = round(LONGEST_SILENCE_S * rate), round(KEPT_SILENCE_S * rate)
    return (
        first - kept if first > longest else 0,
        last + kept if n_samples - last > longest else n_samples,
    )


def _best_start(sound: Bool[np.ndarray, " frames"], rate: int, n_samples: int, n_most: int) -> int:
    """Sample at which the part with the most sound begins: an onset after a pause, or the start."""
    n_frames = _frame_of(n_most, rate)
    before = np.concatenate([[0], np.cumsum(sound)])
    onsets = np.flatnonzero(sound[1:] & ~sound[:-1]) + 1 - round(KEPT_SILENCE_S / FRAME_S)
    latest = _frame_of(n_samples - n_most, rate)
    starts = np.concatenate([[0], onsets[(onsets > 0) & (onsets <= latest)], [latest]])
    held = before[np.minimum(starts + n_frames, len(sound))] - before[starts]
    return _sample_of(int(starts[np.argmax(held)]), rate)


def _frame_of(sample: int, rate: int) -> int:
    return sample // max(1, round(FRAME_S * rate))


def _sample_of(frame: int, rate: int) -> int:
    return frame * max(1, round(FRAME_S * rate))
