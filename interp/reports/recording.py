"""Whether recordings will do as references: length, level, noise, pitch, clipping, distance of two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float

from interp.audio.level import active_level_dbfs, frame_levels_dbfs
from interp.audio.pitch_statistics import PitchStatistics, pitch_statistics, semitones
from interp.audio.read import LONGEST_S, SHORTEST_S, load_reference, read_prepared
from interp.audio.reference import reference_features
from interp.audio.speech_kind import doubts
from interp.system.streams import name_of
from masks.grid import MelGrid

OK, WARN, BAD = "ok", "warn", "bad"
BEST_SECONDS = (2.0, LONGEST_S)
QUIET_DBFS = -45.0
NOISY_SNR_DB = 20.0
USELESS_SNR_DB = 6.0
LEAST_VOICED_SHARE = 0.2
# Where nearly every frame is voiced, the quietest tenth is voice too and says nothing of noise.
NO_PAUSE_SHARE = 0.9
# Recordings that were never clipped have up to 5 of 10,000 samples on tops that look flat.
MOST_CLIPPED_SHARE = 5e-4
FULL_BAND_RATE = 16000
# A mel bin is about 4 semitones at 150 Hz: two pitches nearer than that hardly differ in the mel.
LEAST_SEMITONES = 4.0
MOST_LEVEL_GAP_DB = 15.0


@dataclass(frozen=True)
class Finding:
    """One reason: ``warn`` or ``bad``, and the sentence that says why and what to do."""

    verdict: str
    reason: str


@dataclass(frozen=True)
class RecordingCheck:
    """What was measured on the part of a recording that is used, at its own level.

    Parameters
    ----------
    seconds, rate_hz : length and sample rate of the file
    used_s : seconds of it that are used
    level_dbfs : RMS of the active part
    snr_db : level above the quietest tenth of the frames; None when there is no pause to measure noise in
    clipped_share : share of samples on flat tops
    notes : what was changed before it was measured
    """

    path: Path
    seconds: float
    rate_hz: int
    used_s: float
    level_dbfs: float
    snr_db: float | None
    clipped_share: float
    pitch: PitchStatistics
    findings: tuple[Finding, ...]
    notes: tuple[str, ...]

    @property
    def verdict(self) -> str:
        """The worst of its findings."""
        return _worst(self.findings)


@dataclass(frozen=True)
class PairCheck:
    """How far two references are apart, from the first to the second; pitch is None where one is unvoiced."""

    semitones: float | None
    level_db: float
    findings: tuple[Finding, ...]

    @property
    def verdict(self) -> str:
        """The worst of its findings."""
        return _worst(self.findings)


def check_recording(path: str | Path) -> RecordingCheck:
    """Measure one recording.

    Raises
    ------
    InterpError
        When it cannot be used at all: missing, not sound, empty, silent, under 0.3 s, NaN or infinite.
    """
    read, grid = read_prepared(path), MelGrid()
    wav, rate = read.prepared.wav, read.rate
    heard = reference_features(load_reference(path, grid), grid)
    pitch = pitch_statistics(heard.f0_hz)
    measured = {
        "seconds": read.seconds,
        "rate_hz": rate,
        "used_s": len(wav) / rate,
        "level_dbfs": active_level_dbfs(wav, rate),
        "snr_db": None if pitch.voiced_share > NO_PAUSE_SHARE else noise_distance_db(wav, rate),
        "clipped_share": read.prepared.clipped_share,
        "pitch": pitch,
    }
    verdict = WARN if pitch.voiced_share else BAD
    doubted = [Finding(verdict, d) for d in doubts(heard.recording.wav, heard.mel, heard.f0_hz, grid)]
    findings = (*doubted, *_findings(**measured))  # type: ignore[arg-type]
    return RecordingCheck(Path(name_of(path)), **measured, findings=findings, notes=read.prepared.notes)  # type: ignore[arg-type]


def check_pair(first: RecordingCheck, second: RecordingCheck) -> PairCheck:
    """Compare two measured recordings."""
    here, there = first.pitch.median_hz, second.pitch.median_hz
    gap = semitones(here, there) if here is not None and there is not None else None
    level_db = second.level_dbfs - first.level_dbfs
    findings = []
    if gap is not None and abs(gap) < LEAST_SEMITONES:
        findings.append(
            Finding(WARN, f"pitch differs by {abs(gap):.1f} semitones only; a blend is heard from about 4 on")
        )
    if abs(level_db) > MOST_LEVEL_GAP_DB:
        findings.append(
            Finding(
                WARN, f"levels differ by {abs(level_db):.0f} dB; both are normalised, noise rises with it"
            )
        )
    return PairCheck(gap, level_db, tuple(findings))


def noise_distance_db(wav: Float[np.ndarray, " samples"], rate: int) -> float:
    """Level of the active part above that of the quietest tenth of the frames, dB.

    Digital silence counts as -90 dBFS, the step of 16 bits.
    """
    quiet = float(np.percentile(frame_levels_dbfs(wav, rate), 10))
    return active_level_dbfs(wav, rate) - max(quiet, -90.0)


def lines_of(check: RecordingCheck) -> tuple[str, ...]:
    """The check in words, verdict first."""
    noise = "unknown, no pause" if check.snr_db is None else f"{check.snr_db:.0f} dB below the speech"
    shortest, longest = BEST_SECONDS
    facts = (
        f"length {check.seconds:.2f} s, used {check.used_s:.2f} (best {shortest:g} to {longest:g}), "
        f"rate {check.rate_hz} Hz",
        f"level {check.level_dbfs:.1f} dBFS, noise {noise}, clipped {check.clipped_share:.2%}",
        f"voiced {check.pitch.voiced_share:.0%}, pitch {_pitch_in_words(check.pitch)}",
    )
    lines = (*(f"  {line}" for line in facts), *(f"  note: {note}" for note in check.notes))
    return (f"{check.path}: {check.verdict}", *lines, *_reasons(check.findings))


def lines_of_pair(pair: PairCheck) -> tuple[str, ...]:
    """The comparison in words, verdict first."""
    gap = "pitch unknown" if pair.semitones is None else f"pitch {pair.semitones:+.1f} semitones"
    fact = f"  second against first: {gap}, level {pair.level_db:+.1f} dB"
    return (f"as a pair: {pair.verdict}", fact, *_reasons(pair.findings))


def _findings(
    seconds: float,
    rate_hz: int,
    used_s: float,
    level_dbfs: float,
    snr_db: float | None,
    clipped_share: float,
    pitch: PitchStatistics,
) -> tuple[Finding, ...]:
    noisy = snr_db is not None and USELESS_SNR_DB <= snr_db < NOISY_SNR_DB
    drowned = snr_db is not None and snr_db < USELESS_SNR_DB
    little = 0 < pitch.voiced_share < LEAST_VOICED_SHARE
    long = seconds > used_s >= BEST_SECONDS[1]
    rules = (
        (drowned, BAD, f"noise lies {snr_db or 0:.0f} dB below the speech only; record it in a quiet room"),
        (noisy, WARN, f"noise lies {snr_db or 0:.0f} dB below the speech; 20 dB or more is better"),
        (little, WARN, f"only {pitch.voiced_share:.0%} is voiced; give more speech and fewer pauses"),
        (used_s < BEST_SECONDS[0], WARN, f"short: {SHORTEST_S:g} s is possible, 2 s or more is better"),
        (long, WARN, f"long: only the {LONGEST_S:g} s with the most sound are used"),
        (level_dbfs < QUIET_DBFS, WARN, "quiet: its level is raised, and its noise with it"),
        (clipped_share > MOST_CLIPPED_SHARE, WARN, "clipped: record it at a lower level"),
        (rate_hz < FULL_BAND_RATE, WARN, f"nothing above {rate_hz / 2000:g} kHz: the voice will sound dull"),
    )
    return tuple(Finding(verdict, reason) for holds, verdict, reason in rules if holds)


def _pitch_in_words(pitch: PitchStatistics) -> str:
    if pitch.median_hz is None:
        return "none"
    return f"{pitch.median_hz:.0f} Hz (5 to 95 %: {pitch.low_hz:.0f} to {pitch.high_hz:.0f})"


def _reasons(findings: Sequence[Finding]) -> tuple[str, ...]:
    return tuple(f"  {finding.verdict}: {finding.reason}" for finding in findings)


def _worst(findings: Sequence[Finding]) -> str:
    verdicts = {finding.verdict for finding in findings}
    return BAD if BAD in verdicts else WARN if WARN in verdicts else OK
