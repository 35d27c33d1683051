"""Is F0 right?  python benchmarks/f0.py --corpus CORPUS --teacher TEACHER --assets ASSETS [--write]

Frames off by more than a fifth of an octave, of those that are voiced by the truth and by the tracker, for
this project's F0 beside Praat's defaults and pyin. Speech of known F0 comes from two sources. A teacher was
told its F0 (make.py of TEACHER; ASSETS is what that unpacks). Recordings of CORPUS are played at 0.45 to 2.9
times their speed: F0 rises by the factor. --write puts the table into docs/benchmarks/f0.md.
"""

from __future__ import annotations

import csv
import importlib.util
import json
import math
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import click
import librosa
import numpy as np
import parselmouth
import soundfile
import soxr
from shared.page import FOLDER, table

from interp.system.files import write_text
from masks.f0 import extract_f0
from masks.grid import MelGrid

GRID = MelGrid()
RATE = GRID.sample_rate
FACTORS = (0.45, 0.6, 0.8, 1.25, 1.6, 2.2, 2.9)
GROSS_OCTAVES = 0.2
HIGHEST_HZ = 600.0
SECONDS = 6.0
SETS = ("bdl", "slt", "kathleen", "vcc2016", "librispeech", "speechocean")
VOWELS = ("AA", "AE", "AH", "AO", "AW", "AY", "EH", "ER", "EY", "IH", "IY", "OW", "OY", "UH", "UW")
SONORANTS = {*VOWELS, "L", "R", "W", "Y", "M", "N", "NG"}
# The teacher's own frames of F0, and the changes between them that its sound does not follow.
TEACHER_STEP_S = 0.0125
FASTEST_OCTAVES = 0.12
TEACHER_LIMITS_HZ = (55.0, 480.0)

Track = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Known:
    """Sound at the grid's rate, and its F0 at every mel frame; 0 where it is unknown or unvoiced."""

    group: str
    wav: np.ndarray
    f0_hz: np.ndarray


@dataclass
class Count:
    """Frames that count and are found, those found wrong, and the seconds that sound and search last."""

    true: int = 0
    found: int = 0
    up: int = 0
    down: int = 0
    sound_s: float = 0.0
    search_s: float = 0.0

    @property
    def gross(self) -> float:
        """Share of the found frames that are off."""
        return (self.up + self.down) / max(self.found, 1)


def ours(wav: np.ndarray) -> np.ndarray:
    return extract_f0(wav, GRID, len(wav) // GRID.hop_length)


def praat(wav: np.ndarray) -> np.ndarray:
    """Praat's autocorrelation with its defaults, 75 to 600 Hz."""
    pitch = parselmouth.Sound(wav.astype(np.float64), RATE).to_pitch_ac()
    return _at_frames(wav, pitch.xs(), pitch.selected_array["frequency"])


def pyin(wav: np.ndarray) -> np.ndarray:
    f0_hz, _, _ = librosa.pyin(wav.astype(np.float64), fmin=40, fmax=900, sr=RATE, hop_length=GRID.hop_length)
    return _at_frames(
        wav, librosa.times_like(f0_hz, sr=RATE, hop_length=GRID.hop_length), np.nan_to_num(f0_hz)
    )


TRACKERS: Mapping[str, Track] = {"interp": ours, "Praat's default": praat, "pyin": pyin}


def _at_frames(wav: np.ndarray, times_s: np.ndarray, values: np.ndarray) -> np.ndarray:
    return _at(GRID.frame_times_s(len(wav) // GRID.hop_length), times_s, values)


def _at(wanted_s: np.ndarray, times_s: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Values at the nearest of evenly spaced times, 0 outside."""
    index = np.rint((wanted_s - times_s[0]) / (times_s[1] - times_s[0])).astype(int)
    inside = (index >= 0) & (index < len(values))
    return np.where(inside, values[np.clip(index, 0, len(values) - 1)], 0.0)


def played(corpus: Path, per_set: int) -> Iterator[Known]:
    """Recordings at every speed; truth is what two of three searches about the speaker's median agree on."""
    with (corpus / "metadata.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if 2 < float(row["seconds"]) < 10]
    rng = np.random.default_rng(3)
    for name in SETS:
        pool = [row["path"] for row in rows if row["path"].startswith(name)]
        for index in rng.choice(len(pool), per_set, replace=False):
            wav, rate = soundfile.read(corpus / pool[index])
            wav = wav[: round(SECONDS * rate)]
            times_s, f0_hz = _agreed(soxr.resample(wav, rate, RATE))
            for factor in FACTORS:
                fast = soxr.resample(wav, rate * factor, RATE)
                wanted_s = GRID.frame_times_s(len(fast) // GRID.hop_length) * factor
                yield Known(f"{factor:g} times as fast", fast, factor * _at(wanted_s, times_s, f0_hz))


def _agreed(wav: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """F0 that Praat's two methods and pyin, searching an octave about the median, give within a semitone."""
    sound = parselmouth.Sound(wav, RATE)
    found = sound.to_pitch_ac(pitch_floor=60, pitch_ceiling=500).selected_array["frequency"]
    low, high = np.median(found[found > 0]) * np.array([0.5, 2.0])
    times_s = GRID.frame_times_s(len(wav) // GRID.hop_length)
    tracks = []
    for search in (sound.to_pitch_ac, sound.to_pitch_cc):
        pitch = search(time_step=0.005, pitch_floor=low, pitch_ceiling=high)
        tracks.append(_at(times_s, pitch.xs(), pitch.selected_array["frequency"]))
    f0_hz, _, _ = librosa.pyin(wav, fmin=low, fmax=high, sr=RATE, hop_length=GRID.hop_length)
    pyin_s = librosa.times_like(f0_hz, sr=RATE, hop_length=GRID.hop_length)
    tracks.append(_at(times_s, pyin_s, np.nan_to_num(f0_hz)))
    agreed = np.zeros(len(times_s))
    for one, other in ((0, 1), (0, 2), (1, 2)):
        a, b = tracks[one], tracks[other]
        near = (a > 0) & (b > 0) & (np.abs(np.log2(np.maximum(a, 1) / np.maximum(b, 1))) < 1 / 12)
        agreed = np.where((agreed == 0) & near, np.sqrt(a * b), agreed)
    return times_s, agreed


def told(teacher: Path, assets: Path, count: int) -> Iterator[Known]:
    """The teacher's items with the F0 that it was given: in sonorants where its sound can follow, and all."""
    make = _module(teacher / "make.py")
    voice = make.Teacher(assets)
    items = [json.loads(line) for line in (teacher / "corpus" / "items.jsonl").read_text().splitlines()]
    for index in np.random.default_rng(5).choice(len(items), count, replace=False):
        item = items[index]
        wav, rate = soundfile.read(teacher / "corpus" / item["path"])
        wav = soxr.resample(wav, rate, RATE)
        frames_s = GRID.frame_times_s(len(wav) // GRID.hop_length)
        times_s, f0_hz, follows = _set_f0(make, voice, item)
        edges_s = np.array(item["edges_s"])
        symbol = np.clip(np.searchsorted(edges_s, frames_s, side="right") - 1, 0, len(item["symbols"]) - 1)
        sonorant = np.array([item["symbols"][k].rstrip("012") in SONORANTS for k in symbol])
        inside = (frames_s > edges_s[0]) & (frames_s < edges_s[-1]) & sonorant
        sure = inside & (_at(frames_s, times_s, follows.astype(float)) > 0)
        set_hz = _at(frames_s, times_s, f0_hz)
        yield Known("teacher, sonorants", wav, np.where(sure, set_hz, 0.0))
        yield Known("teacher, every frame", wav, set_hz)


def _module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _set_f0(make: ModuleType, voice: object, item: Mapping) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Times of an item's frames, F0 that the decoder was given, and whether its sound can follow it there."""
    ids = [voice.vocab[c] for s in item["symbols"] for c in make.ipa(s) if c in voice.vocab]
    style, ratio, _ = voice.style(item["timbre"], item["prosody"], len(ids))
    durations, _, f0_hz, _ = voice.encode(ids, style, item["speed"])
    f0_hz = f0_hz.reshape(-1)
    on = f0_hz > 40
    wanted = float(np.clip(item["home_hz"] * 2 ** (item["shift"] / 12), 70, 330)) / ratio
    at = np.linspace(0, 1, len(f0_hz))
    bend = np.interp(at, np.linspace(0, 1, 101), voice.contours[item["contour"]]) / 12 * math.log(2)
    log = np.log(np.maximum(f0_hz, 1e-3))
    moved = np.exp((log - np.median(log[on])) * item["range"] + bend + math.log(wanted))
    low, high = TEACHER_LIMITS_HZ
    step = np.abs(np.diff(np.log2(np.clip(moved, low, high))))
    fast = np.maximum(np.append(step, 0), np.insert(step, 0, 0)) > FASTEST_OCTAVES
    known = on & np.roll(on, 1) & np.roll(on, -1) & (moved > low) & (moved < high) & ~fast
    lead_s = max(0.0, float(durations.reshape(-1)[0]) * make.HOP / make.RATE / ratio - 0.12)
    times_s = (np.arange(len(f0_hz)) + 0.5) * TEACHER_STEP_S / ratio - lead_s
    return times_s, np.where(on, moved.clip(low, high) * ratio, 0.0), known


def measure(known: Known, track: Track, count: Count) -> None:
    started = time.perf_counter()
    f0_hz = track(known.wav)
    count.search_s += time.perf_counter() - started
    count.sound_s += len(known.wav) / RATE
    true = (known.f0_hz > 0) & (known.f0_hz <= HIGHEST_HZ)
    both = true & (f0_hz > 0)
    off = np.log2(f0_hz[both] / known.f0_hz[both])
    count.true += int(true.sum())
    count.found += int(both.sum())
    count.up += int((off > GROSS_OCTAVES).sum())
    count.down += int((off < -GROSS_OCTAVES).sum())


@click.command()
@click.option("--corpus", type=click.Path(exists=True, path_type=Path), required=True)
@click.option("--teacher", type=click.Path(exists=True, path_type=Path))
@click.option("--assets", type=click.Path(exists=True, path_type=Path), help="the teacher's model, unpacked")
@click.option("--items", default=100, help="of the teacher")
@click.option("--per-set", default=10, help="recordings of each set of the corpus")
@click.option("--write", is_flag=True)
def main(
    corpus: Path, teacher: Path | None, assets: Path | None, items: int, per_set: int, write: bool
) -> None:
    counts: dict[str, dict[str, Count]] = {}

    def count_all(known: Known, group: str) -> None:
        for name, track in TRACKERS.items():
            measure(known, track, counts.setdefault(group, {}).setdefault(name, Count()))

    if teacher is not None and assets is not None:
        for known in told(teacher, assets, items):
            count_all(known, known.group)
    for known in played(corpus, per_set):
        count_all(known, known.group)
    speeds = [f"{factor:g} times as fast" for factor in FACTORS]
    counts["all speeds"] = {name: _sum([counts[s][name] for s in speeds]) for name in TRACKERS}
    page = "\n".join(
        [
            "# F0 beside Praat's default and pyin",
            "",
            "Made by `python benchmarks/f0.py`, which says what counts as known.",
            f"A figure is the share of frames off by more than {GROSS_OCTAVES:g} octaves, of those that are",
            "voiced in the truth and found voiced: too high + too low. In brackets: how many are found.",
            "",
            f"{items} items of the teacher, {per_set} recordings of each of {len(SETS)} sets, truth up to",
            f"{HIGHEST_HZ:g} Hz. At other speeds the truth is that of the recording as it is, times the",
            "factor. It is known where two of three searches about the speaker's median agree.",
            "",
            "In every frame, the teacher's truth includes what its sound does not follow: F0 under 60 Hz,",
            "jumps, and consonants of noise. These count as errors of all three.",
            "",
            table(
                ["speech", *TRACKERS], [[group, *map(_words, row.values())] for group, row in counts.items()]
            ),
            "",
            table(
                ["", *TRACKERS],
                [
                    [
                        "seconds of search a second of sound",
                        *(_speed(c) for c in counts["all speeds"].values()),
                    ]
                ],
            ),
            "",
        ]
    )
    print(page)
    if write:
        write_text(FOLDER / "f0.md", page)


def _sum(counts: list[Count]) -> Count:
    return Count(*(sum(getattr(c, field) for c in counts) for field in Count.__dataclass_fields__))


def _words(count: Count) -> str:
    up, down = count.up / max(count.found, 1), count.down / max(count.found, 1)
    return f"{count.gross:.2%}: {up:.2%} + {down:.2%} ({count.found / max(count.true, 1):.0%})"


def _speed(count: Count) -> str:
    return f"{count.search_s / count.sound_s:.3f}"


if __name__ == "__main__":
    main()
