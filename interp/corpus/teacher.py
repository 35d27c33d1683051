"""The teacher, Kokoro-82M, cut where prosody becomes sound: pitch is set between the two halves.

The encoder makes durations, F0 and energy of text and a *prosody* style, the decoder makes sound of those and
a *timbre* style. The halves of a voice's style vector come from different voices, and F0 is ours.
"""

from __future__ import annotations

import io
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soxr
from jaxtyping import Bool, Float

from interp.audio.level import frame_levels_dbfs
from interp.corpus.contours import bend_semitones
from interp.corpus.packages import DECODER, ENCODER, SYMBOLS, VOICE_FOLDER
from interp.corpus.phone_letters import letters_of
from interp.corpus.plan import HIGHEST_HZ, LOWEST_HZ, Item
from interp.corpus.timbres import Timbre
from interp.system.files import write_bytes
from interp.text.symbols import PHONES
from masks.f0 import extract_f0
from masks.grid import MelGrid

RATE_HZ = 16000
TEACHER_RATE_HZ = 24000
TOKEN_FRAME_S = 0.025
F0_STEP_S = TOKEN_FRAME_S / 2
STYLE_SIZE = 256
EDGE_SILENCE_S = 0.12
LAST_PHONE_BELOW_PEAK_DB = 40.0
LEVEL_FRAME_S = 0.02
SHORTEST_PHONE_S = 0.03
UNVOICED_BELOW_HZ = 40.0
FEWEST_VOICED = 16  # F0 frames of 12.5 ms
LOUDEST = 0.97
# Of the teacher's energy. On 44 items Praat heard a voice in 95 % of the frames above, in 30 % below.
LOUD_QUANTILE = 0.9
HEARD_BELOW_LOUD = 3.0
LARGEST_RETUNING_CENTS = 30.0  # the formants move by it, 1.7 %
TOLERANCE_CENTS = 6.0
MOST_RETUNINGS = 6
MOST_TAKES = 3
HEARING = MelGrid(sample_rate=RATE_HZ)
# Tensors of the ONNX export at the cut.
DURATIONS = "/encoder/Clip_output_0"
FEATURES = "/encoder/MatMul_1_output_0"
F0 = "/encoder/Reshape_output_0"
ENERGY = "/encoder/Reshape_1_output_0"


@dataclass(frozen=True)
class Prosody:
    """What the encoder says of a sentence.

    Parameters
    ----------
    durations : (tokens + 2,) frames of 25 ms; the first and the last are silence
    features : (1, channels, frames), what is said, for the decoder
    f0_hz : (1, 2 frames), a value each 12.5 ms, near 0 where unvoiced
    energy : (1, 2 frames)
    """

    durations: Float[np.ndarray, " tokens"]
    features: Float[np.ndarray, "1 channels frames"]
    f0_hz: Float[np.ndarray, "1 half_frames"]
    energy: Float[np.ndarray, "1 half_frames"]

    @property
    def times_s(self) -> Float[np.ndarray, " half_frames"]:
        """When each value of F0 is heard."""
        return np.arange(self.f0_hz.size) * F0_STEP_S

    @property
    def voiced(self) -> Bool[np.ndarray, "1 half_frames"]:
        """Where there is F0; in some of these frames no voice is heard."""
        return np.asarray(self.f0_hz > UNVOICED_BELOW_HZ)

    @property
    def heard(self) -> Bool[np.ndarray, "1 half_frames"]:
        """Where a voice will be heard, by and large: where there is F0 and energy (a logarithm) as well."""
        loud = self.energy > np.quantile(self.energy[self.voiced], LOUD_QUANTILE) - HEARD_BELOW_LOUD
        return np.asarray(self.voiced & loud)


@dataclass(frozen=True)
class Sound:
    """What the decoder made, at the teacher's rate and in its time.

    Parameters
    ----------
    wav : (samples,), 24 kHz
    edges_s : of the symbols
    last : index of the last phone among these
    f0_hz : (1, 2 frames) that the decoder was given
    """

    wav: Float[np.ndarray, " samples"]
    edges_s: Float[np.ndarray, " edges"]
    last: int
    prosody: Prosody
    f0_hz: Float[np.ndarray, "1 half_frames"]


@dataclass(frozen=True)
class Spoken:
    """An item as sound.

    Parameters
    ----------
    wav : (samples,) float32, 16 kHz, mono
    edges_s : one more than symbols; symbol k lasts from ``edges_s[k]`` to ``edges_s[k + 1]``
    f0_times_s, f0_hz : F0 that was set, where voiced, and when
    heard_hz : median F0 by Praat
    ratio : factor of the formants
    """

    wav: Float[np.ndarray, " samples"]
    edges_s: tuple[float, ...]
    f0_times_s: Float[np.ndarray, " voiced"]
    f0_hz: Float[np.ndarray, " voiced"]
    heard_hz: float
    ratio: float

    def cents_from(self, median_hz: float) -> float:
        """How far the median heard lies above another."""
        return 1200 * math.log2(self.heard_hz / median_hz)


# What was decoded, and how it was played.
Take = tuple[Sound, Spoken]


def split_model(model: bytes, encoder: Path, decoder: Path) -> None:
    """Cut the whole model at the four tensors and write both graphs."""
    import onnx
    from onnx.utils import Extractor

    whole = onnx.load(io.BytesIO(model))
    known = {value.name for value in whole.graph.value_info}
    shapes = {DURATIONS: [1, "n"], FEATURES: [1, "c", "t"], F0: [1, "t2"], ENERGY: [1, "t2"]}
    whole.graph.value_info.extend(
        onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape)
        for name, shape in shapes.items()
        if name not in known
    )
    extractor = Extractor(whole)
    halves = {
        encoder: (["tokens", "style", "speed"], [DURATIONS, FEATURES, F0, ENERGY]),
        decoder: ([FEATURES, F0, ENERGY, "style"], ["audio"]),
    }
    for path, (inputs, outputs) in halves.items():
        write_bytes(path, extractor.extract_model(inputs, outputs).SerializeToString())


class Teacher:
    """Speaks items; one thread.

    Parameters
    ----------
    folder : as `interp.corpus.packages.require_teacher` leaves it
    timbres : by name
    """

    def __init__(self, folder: Path, timbres: Mapping[str, Timbre]) -> None:
        self._encoder, self._decoder = _session(folder / ENCODER), _session(folder / DECODER)
        self._ids: Mapping[str, int] = json.loads((folder / SYMBOLS).read_text(encoding="utf-8"))["vocab"]
        self._folder, self._timbres = folder / VOICE_FOLDER, timbres
        self._voices: dict[str, Float[np.ndarray, "lengths style"]] = {}

    def speak(self, item: Item, symbols: Sequence[str]) -> Spoken | None:
        """Speak an item; None where there is too little voice.

        Which frames sound voiced, so what the median is, is known afterwards. A large error is put right by
        speaking again at another level, a small one by playing the sound a little faster or slower.
        """
        ids = [[self._ids[letter] for letter in letters_of(symbol)] for symbol in symbols]
        timbre = self._timbres[item.timbre]
        prosody = self.prosody([i for of_symbol in ids for i in of_symbol], item.prosody, item.speed)
        if prosody.voiced.sum() < FEWEST_VOICED:
            return None
        edges_s = _edges_s(prosody.durations, [len(of_symbol) for of_symbol in ids])
        last = max(k for k, symbol in enumerate(symbols) if symbol in PHONES)
        relative_time = (prosody.times_s - edges_s[0]) / (edges_s[last + 1] - edges_s[0])
        bend = bend_semitones(item.contour, relative_time)

        def spoken_at(factor: float) -> Take | None:
            # Played faster by the formant ratio, all frequencies rise by it: the decoder is asked for less.
            f0_hz = set_pitch(prosody, bend, item.range, item.median_hz * factor) / timbre.ratio
            return played(
                Sound(self._decoded(prosody, f0_hz, timbre), edges_s, last, prosody, f0_hz), timbre.ratio
            )

        take = nearest(spoken_at, item.median_hz, LARGEST_RETUNING_CENTS, MOST_TAKES)
        if take is None:
            return None
        sound, untuned = take
        retuned = nearest(
            lambda factor: played(sound, timbre.ratio * factor) if factor != 1.0 else take,
            item.median_hz,
            TOLERANCE_CENTS,
            MOST_RETUNINGS,
        )
        return retuned[1] if retuned else untuned

    def prosody(self, ids: Sequence[int], voice: str, speed: float = 1.0) -> Prosody:
        """Durations, F0 and energy that a voice's prosody style gives to a sentence."""
        tokens = np.array([[0, *ids, 0]], np.int64)
        inputs = {
            "tokens": tokens,
            "style": self._style(voice, len(ids))[None],
            "speed": np.array([speed], np.float32),
        }
        durations, features, f0_hz, energy = self._encoder.run([DURATIONS, FEATURES, F0, ENERGY], inputs)
        return Prosody(durations.reshape(-1), features, f0_hz, energy)

    def home_hz(self, voice: str, sentences: Sequence[Sequence[str]]) -> float:
        """Median F0 of a voice's own prosody, the mean over sentences (symbols) of its logarithm."""
        logs = []
        for symbols in sentences:
            ids = [self._ids[letter] for symbol in symbols for letter in letters_of(symbol)]
            spoken = self.prosody(ids, voice)
            logs.append(math.log(np.median(spoken.f0_hz[spoken.voiced])))
        return math.exp(sum(logs) / len(logs))

    def _decoded(
        self, prosody: Prosody, f0_hz: Float[np.ndarray, "1 half_frames"], timbre: Timbre
    ) -> Float[np.ndarray, " samples"]:
        """The decoder's sound, 24 kHz."""
        length = len(prosody.durations) - 2
        style = sum(share * self._style(voice, length) for voice, share in timbre.weights)
        inputs = {
            FEATURES: prosody.features,
            F0: f0_hz.astype(np.float32),
            ENERGY: prosody.energy,
            "style": np.asarray(style, np.float32)[None],
        }
        return np.asarray(self._decoder.run(["audio"], inputs)[0]).reshape(-1)

    def _style(self, voice: str, length: int) -> Float[np.ndarray, " style"]:
        """A voice's style for sentences of this many tokens."""
        if voice not in self._voices:
            stored = np.fromfile(self._folder / f"{voice}.bin", np.float32)
            self._voices[voice] = stored.reshape(-1, STYLE_SIZE)
        return np.asarray(self._voices[voice][length])


def played(sound: Sound, ratio: float) -> Take | None:
    """The decoder's sound played faster by a ratio, without silence around; None where Praat hears none."""
    wav = soxr.resample(sound.wav, TEACHER_RATE_HZ * ratio, RATE_HZ)
    edges_s = _without_silence(sound.edges_s / ratio, sound.last, wav)
    start_s = max(0.0, edges_s[0] - EDGE_SILENCE_S)
    stop_s = min(len(wav) / RATE_HZ, edges_s[-1] + EDGE_SILENCE_S)
    wav = wav[round(start_s * RATE_HZ) : round(stop_s * RATE_HZ)]
    heard_hz = extract_f0(wav, HEARING, len(wav) // HEARING.hop_length)
    if not heard_hz.any():
        return None
    voiced = sound.prosody.voiced[0]
    spoken = Spoken(
        wav=(wav * min(1.0, LOUDEST / max(1e-6, float(np.abs(wav).max())))).astype(np.float32),
        edges_s=tuple(round(float(edge - start_s), 4) for edge in edges_s),
        f0_times_s=sound.prosody.times_s[voiced] / ratio - start_s,
        f0_hz=sound.f0_hz[0, voiced] * ratio,
        heard_hz=float(np.median(heard_hz[heard_hz > 0])),
        ratio=ratio,
    )
    return sound, spoken


def nearest(
    take: Callable[[float], Take | None], median_hz: float, tolerance_cents: float, most: int
) -> Take | None:
    """The take heard nearest to a level, of takes at factors of it; None where the first has no voice.

    A median may leap where frequencies lie far apart, so a correction that did not help is halved.
    """
    best = take(1.0)
    factor, share = 1.0, 1.0
    for _ in range(most - 1):
        if best is None or abs(best[1].cents_from(median_hz)) <= tolerance_cents:
            break
        corrected = factor * (median_hz / best[1].heard_hz) ** share
        another = take(corrected)
        if another and abs(another[1].cents_from(median_hz)) < abs(best[1].cents_from(median_hz)):
            best, factor = another, corrected
        else:
            share /= 2
    return best


def set_pitch(
    prosody: Prosody,
    bend_semitones: Float[np.ndarray, " half_frames"],
    own_range: float,
    median_hz: float,
) -> Float[np.ndarray, "1 half_frames"]:
    """F0 of a median, where a voice will be heard: the sentence's own melody, stretched, and a bend over it.

    Parameters
    ----------
    own_range : factor of the spread of the sentence's own log F0
    """
    voiced = prosody.voiced
    semitones = 12 * own_range * np.log2(np.where(voiced, prosody.f0_hz, 1.0)) + bend_semitones
    above = semitones - np.median(semitones[prosody.heard])
    set_hz = np.clip(median_hz * 2 ** (above / 12), LOWEST_HZ, HIGHEST_HZ)
    return np.asarray(np.where(voiced, set_hz, prosody.f0_hz))


def _session(path: Path) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def _edges_s(durations: Float[np.ndarray, " tokens"], n_tokens: Sequence[int]) -> Float[np.ndarray, " edges"]:
    """Where symbols begin, and the end of the last: each has tokens, and a silent one stands before all."""
    ends_s = np.cumsum(durations) * TOKEN_FRAME_S
    return np.asarray(ends_s[np.cumsum([0, *n_tokens])])


def _without_silence(
    edges_s: Float[np.ndarray, " edges"], last: int, wav: Float[np.ndarray, " samples"]
) -> Float[np.ndarray, " edges"]:
    """The end of the last phone where its sound ends; the teacher gives it the silence that follows, too."""
    levels = frame_levels_dbfs(wav, RATE_HZ)
    loud = np.flatnonzero(levels > np.percentile(levels, 95) - LAST_PHONE_BELOW_PEAK_DB)
    heard_until_s = (loud[-1] + 1) * LEVEL_FRAME_S
    stop_s = np.clip(heard_until_s, edges_s[last] + SHORTEST_PHONE_S, edges_s[last + 1])
    return np.concatenate([edges_s[: last + 1], np.full(len(edges_s) - last - 1, stop_s)])
