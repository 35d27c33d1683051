"""From a forced alignment to the symbols of the text encoder and the frames of each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from interp.corpus.align import AlignedWord
from interp.text.lexicon import Lexicon
from interp.text.symbols import BLANK, PUNCTUATION, SPACE
from masks.grid import MelGrid

PHONE_SHARE = (
    2 / 3
)  # of a phone's span; the blank after it, which stands for the way to the next phone, has the rest
SILENT_BELOW_PEAK = 3.5  # nats of mean log mel, about 30 dB
SHORTEST_PHONE_S = 0.03
_WORD = re.compile(r"[a-z']+")


@dataclass(frozen=True)
class TimedSymbols:
    """Symbols with blanks between, as the text encoder reads them, and the frames of each."""

    symbols: tuple[str, ...]
    durations: Int[np.ndarray, " symbols"]


@dataclass(frozen=True)
class _Timed:
    symbol: str
    start_s: float
    end_s: float


def timed_symbols(
    words: Sequence[AlignedWord],
    text: str,
    mel: Float[np.ndarray, "n_mels frames"],
    grid: MelGrid,
    lexicon: Lexicon,
) -> TimedSymbols | None:
    """Symbols and durations of one recording; None where alignment and text differ in words, or have none.

    A pause belongs to the punctuation mark there, else to the space; silence at the start to the first blank.
    """
    spoken = [w for w in words if w.text]
    found = list(_WORD.finditer(text.lower()))
    if not found or [m.group() for m in found] != [w.text for w in spoken]:
        return None
    onset_s, offset_s = _active_span_s(mel, grid)
    timed = _in_order(spoken, _gaps(text, found), lexicon)
    timed = _trim(timed, onset_s, offset_s)
    return _with_blanks(timed, mel.shape[1], grid)


def without_blanks(timed: TimedSymbols) -> TimedSymbols:
    """Symbols with a blank for the silence at either end alone; inner blanks last with the symbol before."""
    symbols, frames = timed.symbols[1:-1:2], timed.durations[1::2] + timed.durations[2::2]
    lead, tail = timed.durations[0], timed.durations[-1]
    frames[-1] -= tail
    if symbols[-1] in PUNCTUATION:  # its pause is the silence at the end
        tail, frames[-1] = tail + frames[-1], 0
    durations = np.concatenate([[lead], frames, [tail]]).astype(np.int64)
    return TimedSymbols((BLANK, *symbols, BLANK), durations)


def _gaps(text: str, found: Sequence[re.Match[str]]) -> list[list[str]]:
    """Symbols that follow each word: a punctuation mark where there is one, and a space but at the end."""
    ends = [m.start() for m in found[1:]] + [len(text)]
    gaps = []
    for i, (match, end) in enumerate(zip(found, ends, strict=True)):
        between = text[match.end() : end]
        marks = [c for c in between if c in PUNCTUATION and (c != "-" or " " in between or "--" in between)]
        gaps.append(marks[:1] + ([SPACE] if i + 1 < len(found) else []))
    return gaps


def _in_order(spoken: Sequence[AlignedWord], gaps: Sequence[Sequence[str]], lexicon: Lexicon) -> list[_Timed]:
    timed: list[_Timed] = []
    for i, (word, gap) in enumerate(zip(spoken, gaps, strict=True)):
        phones = lexicon.with_stress(word.text, word.phones)
        edges = word.edges_s
        timed += [_Timed(p, a, b) for p, a, b in zip(phones, edges[:-1], edges[1:], strict=True)]
        until = spoken[i + 1].edges_s[0] if i + 1 < len(spoken) else edges[-1]
        starts = [edges[-1]] + [until] * (len(gap) - 1)  # the first symbol of a gap has the whole pause
        timed += [_Timed(s, a, until) for s, a in zip(gap, starts, strict=False)]
    return timed


def _trim(timed: list[_Timed], onset_s: float, offset_s: float) -> list[_Timed]:
    """Take the silence at either end, which the aligner gives to the first and last phone, off them."""
    first = timed[0]
    timed[0] = _Timed(
        first.symbol, min(max(onset_s, first.start_s), first.end_s - SHORTEST_PHONE_S), first.end_s
    )
    last = max(i for i, item in enumerate(timed) if item.symbol not in PUNCTUATION)
    item = timed[last]
    end_s = max(min(offset_s, item.end_s), item.start_s + SHORTEST_PHONE_S)
    timed[last] = _Timed(item.symbol, item.start_s, end_s)
    return timed[: last + 1] + [_Timed(p.symbol, end_s, np.inf) for p in timed[last + 1 :]]


def _with_blanks(timed: Sequence[_Timed], n_frames: int, grid: MelGrid) -> TimedSymbols:
    """Blanks between and around; a blank lasts from the end of the symbol before it to the next's start."""
    symbols, ends_s = [BLANK], [timed[0].start_s]
    for i, item in enumerate(timed):
        until = timed[i + 1].start_s if i + 1 < len(timed) else np.inf
        is_phone = item.symbol not in PUNCTUATION and item.symbol != SPACE
        share = PHONE_SHARE if is_phone else 1.0
        symbols += [item.symbol, BLANK]
        ends_s += [item.start_s + share * (min(item.end_s, 1e3) - item.start_s), until]
    frames = np.clip(np.rint(np.array(ends_s) * grid.frame_rate_hz), 0, n_frames)
    frames[-1] = n_frames
    return TimedSymbols(tuple(symbols), np.diff(np.maximum.accumulate(frames), prepend=0).astype(np.int64))


def _active_span_s(mel: Float[np.ndarray, "n_mels frames"], grid: MelGrid) -> tuple[float, float]:
    """Start and end of what is within about 30 dB of the loud frames, seconds."""
    level = np.asarray(mel, dtype=np.float32).mean(0)
    active = np.flatnonzero(level > np.percentile(level, 95) - SILENT_BELOW_PEAK)
    return float(active[0] / grid.frame_rate_hz), float((active[-1] + 1) / grid.frame_rate_hz)
