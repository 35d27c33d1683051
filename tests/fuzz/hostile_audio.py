"""Sound files: real ones of many formats damaged, and samples, rates and channels that nobody records."""

from __future__ import annotations

import io
import os
import struct
import warnings
from pathlib import Path
from random import Random

import numpy as np
import soundfile
from damage import damaged
from kinds import Defect, Kind

from interp.audio.read import load_reference
from interp.audio.reference import reference_features
from interp.reports.mask import write_mask
from interp.reports.recording import check_recording, lines_of
from masks.grid import MelGrid

GRID = MelGrid()
FORMATS = (
    ("WAV", "PCM_16"), ("WAV", "PCM_24"), ("WAV", "PCM_U8"), ("WAV", "FLOAT"), ("WAV", "DOUBLE"),
    ("WAV", "ULAW"), ("WAV", "IMA_ADPCM"), ("WAVEX", "PCM_16"), ("FLAC", "PCM_16"), ("FLAC", "PCM_24"),
    ("OGG", "VORBIS"), ("OGG", "OPUS"), ("MP3", "MPEG_LAYER_III"), ("AIFF", "PCM_16"), ("AU", "PCM_16"),
    ("CAF", "PCM_16"), ("W64", "PCM_16"), ("RF64", "PCM_16"), ("VOC", "PCM_16"), ("NIST", "PCM_16"),
    ("PAF", "PCM_16"), ("SVX", "PCM_16"), ("IRCAM", "PCM_16"), ("MAT5", "PCM_16"), ("SDS", "PCM_16"),
    ("PVF", "PCM_16"), ("HTK", "PCM_16"), ("AVR", "PCM_16"), ("WVE", "ALAW"),
)  # fmt: skip
SUFFIXES = (".wav", ".flac", ".ogg", ".mp3", ".raw", ".RAW", "", ".aiff", ".txt", ".sd2", ".pt", ".wav.gz")
RATES = (1, 100, 7999, 8000, 8001, 11025, 16000, 22050, 44100, 48000, 96000, 192000, 655350, 10**6, 2**31 - 1)
CHANNELS = (1, 2, 2, 3, 6, 8, 64, 255, 1024)


def prepare(folder: Path) -> dict[str, bytes]:
    """A second of a voice in every format that this libsndfile writes."""
    found = {}
    for container, subtype in FORMATS:
        for channels in (1, 2):
            for rate in (8000, 16000, 44100):
                data = _encoded(_voice(rate, 0.8, channels), rate, container, subtype)
                if data:
                    found[f"{container} {subtype} {channels} {rate}"] = data
    return found


def attack(random: Random, seeds: dict[str, bytes], folder: Path) -> None:
    """One file through one of the ways that sound comes in."""
    path = folder / f"a{random.choice(SUFFIXES)}"
    maker = random.choice((_damaged_file, _damaged_file, _damaged_file, _odd_samples, _odd_header, _odd_path))
    path = maker(random, seeds, path)
    random.choice((_as_reference, _as_reference, _as_check, _as_mask))(path, folder)


def _as_reference(path: Path, folder: Path) -> None:
    features = reference_features(load_reference(path, GRID), GRID)
    for array in (features.recording.wav, features.mel, features.f0_hz, features.voice):
        if not np.isfinite(array).all():
            raise Defect("a reference that was let in has features that are not finite")


def _as_check(path: Path, folder: Path) -> None:
    lines_of(check_recording(path))


def _as_mask(path: Path, folder: Path) -> None:
    write_mask(path, folder / "mask.npz")
    with np.load(folder / "mask.npz") as arrays:
        assert set(arrays.files) == {"mask", "f0_hz", "times_s", "mel_frequencies_hz"}


def _damaged_file(random: Random, seeds: dict[str, bytes], path: Path) -> Path:
    names = sorted(seeds)
    path.write_bytes(damaged(random, seeds[random.choice(names)], seeds[random.choice(names)]))
    return path


def _odd_samples(random: Random, seeds: dict[str, bytes], path: Path) -> Path:
    rate, channels = random.choice(RATES), random.choice(CHANNELS)
    seconds = random.choice((0.0, 1e-4, 0.05, 0.29, 0.3, 0.31, 0.5, 1.0, 3.0, 12.0))
    wav = _voice(rate, min(seconds, 1e6 / rate / channels), channels)
    if wav.size:
        wav = _spoiled(random, wav)
    path.write_bytes(_encoded(wav, rate, "WAV", random.choice(("FLOAT", "DOUBLE", "PCM_16"))) or b"RIFF")
    return path


def _spoiled(random: Random, wav: np.ndarray) -> np.ndarray:
    value = random.choice((np.nan, np.inf, -np.inf, 1e38, 1e-40, 0.0, 1.0, -1.0, 1e300))
    how = random.randrange(6)
    if how == 0:
        wav[random.randrange(len(wav))] = value
    elif how == 1:
        wav[:] = value
    elif how == 2:
        wav *= random.choice((1e-7, 1e-3, 100.0, 1e10, 1e37))
    elif how == 3:
        wav += random.choice((1.0, 1e3, 1e6))
    elif how == 4:
        wav[: len(wav) // 2] = 0.0
    else:
        wav[:] = 0.0
        wav[random.randrange(len(wav))] = random.choice((1.0, 1e-3, 1e20))
    return wav


def _odd_header(random: Random, seeds: dict[str, bytes], path: Path) -> Path:
    """A WAV, or FLAC, whose header promises what the file does not hold."""
    samples = _encoded(_voice(16000, 0.5, 1), 16000, "WAV", "PCM_16") or b""
    rate, channels = random.choice((*RATES, 0, 2**32 - 1)), random.choice((*CHANNELS, 0, 65535))
    block, bits = (
        random.choice((2 * channels, 1, 0, 65535)) % 65536,
        random.choice((16, 0, 1, 24, 32, 64, 255)),
    )
    fields = struct.pack("<HHIIHH", random.choice((1, 3, 6, 0xFFFE)), channels, rate, 2**32 - 1, block, bits)
    size = struct.pack("<I", random.choice((16000, 0, 1, 2**31 - 1, 2**32 - 1)))
    wav = samples[:20] + fields + samples[36:40] + size + samples[44:]
    flac = bytearray(seeds["FLAC PCM_16 1 16000"])
    # STREAMINFO: 20 bits of rate, 3 of channels, 5 of sample size, 36 of length.
    flac[18:26] = random.choice((flac[18:26], random.randbytes(8)))
    flac[21:26] = bytes([flac[21] | 0x0F]) + b"\xff" * 4 if random.random() < 0.5 else flac[21:26]
    path.write_bytes(random.choice((wav, bytes(flac))))
    return path


def _odd_path(random: Random, seeds: dict[str, bytes], path: Path) -> Path:
    folder = path.parent
    (folder / "loop").symlink_to(folder / "loop")
    os.mkfifo(folder / "pipe")
    odd = ("loop", "pipe", "", "x" * 300, "nul\0", "\udcff\udcfe.wav", "a/b/c", "..", "\n", "x/" * 3000)
    return random.choice(
        (folder / random.choice(odd), Path("/dev/zero"), Path("/dev/null"), Path("/proc/self/mem"))
    )


def _voice(rate: int, seconds: float, channels: int) -> np.ndarray:
    t = np.arange(int(rate * seconds)) / rate
    wav = 0.1 * sum(np.sin(2 * np.pi * 120 * h * t) / h for h in range(1, 8))
    return np.repeat(np.atleast_1d(wav)[: len(t), None], channels, 1)


def _encoded(wav: np.ndarray, rate: int, container: str, subtype: str) -> bytes | None:
    memory = io.BytesIO()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            soundfile.write(memory, wav, rate, format=container, subtype=subtype)
    except (soundfile.LibsndfileError, ValueError, OverflowError):
        return None
    return memory.getvalue()


KIND = Kind("audio", "sound files: headers, samples, rates, channels, paths", prepare, attack, 0.26)
