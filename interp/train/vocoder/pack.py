"""Recordings in one file that travels: 16 kHz, 13 bits, twice differenced, LZMA; read with numpy alone.

Nothing of the band is lost, since there is none above 8 kHz; rounding lies 60 dB below the level of speech.
"""

from __future__ import annotations

import lzma
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float, Int16

from interp.system.files import write_bytes
from interp.train.dataset.pack import UNREADABLE
from interp.train.vocoder.bank import FULL_SCALE, VoiceBank, gather
from masks.errors import InterpError
from masks.grid import MelGrid

PACKED_RATE = 16000
STEPS = 4096
F0_STEP_HZ = 0.02
LZMA_PRESET = 4


def write_voice_pack(path: Path, bank: VoiceBank, grid: MelGrid, max_mib: float, seed: int) -> int:
    """Write as many recordings as fit, drawn without order, so that all voices are among them.

    Returns
    -------
    int, number of recordings in the pack

    Raises
    ------
    InterpError
        When not one fits, or the folder cannot be written.
    """
    room = max_mib * 2**20
    chosen: list[int] = []
    sounds, pitches = [], []
    for index in np.random.default_rng(seed).permutation(len(bank.keys)):
        samples, f0_hz = bank.recording(int(index), grid.hop_length)
        sound, pitch = _squeezed(samples, grid), np.rint(f0_hz / F0_STEP_HZ).astype(np.uint16)
        room -= len(sound) + pitch.nbytes + len(bank.keys[index]) * 4
        if room < 0:
            break
        chosen.append(int(index))
        sounds.append(sound)
        pitches.append(pitch)
    if not chosen:
        raise InterpError(f"{path}: {max_mib:g} MiB hold no recording; give a larger --pack-mib")
    file = BytesIO()
    np.savez(
        file,
        sounds=np.frombuffer(b"".join(sounds), np.uint8),
        sizes=np.array([len(s) for s in sounds]),
        f0=np.concatenate(pitches),
        frames=bank.frames[chosen],
        keys=np.array([bank.keys[i] for i in chosen]),
    )
    write_bytes(path, file.getvalue())
    return len(chosen)


def read_voice_pack(path: Path, grid: MelGrid) -> VoiceBank:
    """Read what `write_voice_pack` wrote.

    Raises
    ------
    InterpError
        When the file is missing or damaged.
    """
    if not path.is_file():
        raise InterpError(f"{path}: no such pack; make one with interp train-vocoder CONFIG --pack-to FILE")
    try:
        with path.open("rb") as file, np.load(file) as z:
            return _bank_of({name: z[name] for name in z.files}, grid)
    except UNREADABLE as error:
        raise InterpError(f"{path}: not a readable pack ({error}); make it again") from error


def _bank_of(z: Mapping[str, Any], grid: MelGrid) -> VoiceBank:
    ends = np.cumsum(z["sizes"])
    cuts = np.split(z["sounds"], ends[:-1])
    pitches = np.split(z["f0"].astype(np.float32) * F0_STEP_HZ, np.cumsum(z["frames"])[:-1])
    return gather(
        (str(key), _restored(cut.tobytes(), int(n), grid), f0_hz)
        for key, cut, n, f0_hz in zip(z["keys"], cuts, z["frames"], pitches, strict=True)
    )


def _squeezed(samples: Int16[np.ndarray, " samples"], grid: MelGrid) -> bytes:
    narrow = change_rate(samples / FULL_SCALE, grid.sample_rate, PACKED_RATE)
    levels = np.rint(narrow * STEPS).astype(np.int16)
    twice = np.diff(levels, n=2, prepend=np.zeros(2, np.int16))
    # High and low bytes apart: the high ones are nearly all alike.
    planes = twice.view(np.uint8).reshape(-1, 2).T
    return lzma.compress(planes.tobytes(), format=lzma.FORMAT_ALONE, preset=LZMA_PRESET)


def _restored(blob: bytes, n_frames: int, grid: MelGrid) -> Int16[np.ndarray, " samples"]:
    planes = np.frombuffer(lzma.decompress(blob), np.uint8).reshape(2, -1)
    twice = np.ascontiguousarray(planes.T).view(np.int16)[:, 0]
    levels = twice.cumsum(dtype=np.int16).cumsum(dtype=np.int16)
    wav = change_rate(levels / STEPS, PACKED_RATE, grid.sample_rate)[: n_frames * grid.hop_length]
    return np.asarray(np.rint(np.clip(wav, -1, 1) * FULL_SCALE).astype(np.int16))


def change_rate(
    wav: Float[np.ndarray, " samples"], rate: int, rate_out: int
) -> Float[np.ndarray, " samples_out"]:
    """Resample by the discrete Fourier transform, as if the recording repeated itself.

    The input is filled with zeros to a length that is whole at both rates.
    """
    common = np.gcd(rate, rate_out)
    blocks = -(-len(wav) * common // rate)
    n_in, n_out = blocks * rate // common, blocks * rate_out // common
    spectrum = np.fft.rfft(wav, n_in)
    kept = np.zeros(n_out // 2 + 1, dtype=complex)
    n_kept = min(len(kept), len(spectrum))
    kept[:n_kept] = spectrum[:n_kept]
    return np.asarray(np.fft.irfft(kept, n_out) * (n_out / n_in))
