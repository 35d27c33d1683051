"""What a corpus will hold: families of items that share their pitch, drawn from a seed and a number alone.

A family is two timbres that say two sentences each at one median F0 with one contour. So an item finds in it
the same voice and pitch with other words, and another voice with the same pitch. Other families of a timbre
have it at other levels and contours. Where the contour is the sentence's own melody, both timbres say the
same two sentences with one prosody: their melodies are the same phone by phone.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

from interp.corpus.contours import N_CONTOURS, OWN_MELODY, lowest_and_highest_semitones
from interp.corpus.settings import CorpusSettings
from interp.corpus.texts import HELD_SPLITS, Sentence, Texts
from interp.corpus.timbres import Timbre, timbres
from interp.corpus.voices import ENGLISH, UNSEEN

ITEMS_OF_A_FAMILY = 4
UNSEEN_SPLIT = "unseen"
# F0 at any time; Praat looks for it from 65 to 450 Hz.
LOWEST_HZ = 60.0
HIGHEST_HZ = 450.0
# Room around bends for what the sentence's own melody adds.
_OWN_MELODY_SEMITONES = 1.0
_LEAST_OVERLAP_SEMITONES = 3.0
_LARGEST_LOG_SPEED = 0.16
_OWN_MELODY_RANGE = (0.5, 1.6)
_RANGE_UNDER_BENDS = (0.15, 0.5)


@dataclass(frozen=True)
class Item:
    """One sentence to be spoken.

    Parameters
    ----------
    n, family : numbers from 0
    prosody : voice whose durations, energy and melody it gets
    contour : number of the bend
    range : factor of the spread of the sentence's own log F0
    speed : factor of the teacher's speed
    shift : semitones from the timbre's home
    """

    n: int
    family: int
    sentence: Sentence
    split: str
    timbre: str
    prosody: str
    contour: int
    range: float
    speed: float
    median_hz: float
    home_hz: float

    @property
    def shift(self) -> float:
        """Semitones of the median above the timbre's home."""
        return 12 * math.log2(self.median_hz / self.home_hz)


def family_of(number: int, texts: Texts, settings: CorpusSettings) -> tuple[Item, ...]:
    """The four items of a family; they depend on the seed, the number and the texts alone."""
    rng = random.Random(f"{settings.seed}/{number}")
    held = rng.random() < settings.held_share
    split = rng.choice(HELD_SPLITS) if held else "train"
    unseen = held and rng.random() < settings.unseen_share
    contour = OWN_MELODY if rng.random() < settings.own_melody_share else rng.randrange(1, N_CONTOURS)
    pair, median_hz = _two_timbres(rng, unseen, contour, settings.largest_shift)
    limits = _OWN_MELODY_RANGE if contour == OWN_MELODY else _RANGE_UNDER_BENDS
    own_range = round(_log_uniform(rng, *limits), 4)
    said = _spoken(rng, texts, split, parallel=contour == OWN_MELODY)
    return tuple(
        Item(
            n=number * ITEMS_OF_A_FAMILY + k,
            family=number,
            sentence=sentence,
            split=UNSEEN_SPLIT if unseen else split,
            timbre=pair[k // 2].name,
            prosody=prosody,
            contour=contour,
            range=own_range,
            speed=speed,
            median_hz=median_hz,
            home_hz=pair[k // 2].home_hz,
        )
        for k, (sentence, prosody, speed) in enumerate(said)
    )


def levels_hz(timbre: Timbre, contour: int, largest_shift: float) -> tuple[float, float]:
    """Lowest and highest median F0 at which a timbre is given a contour."""
    low, high = lowest_and_highest_semitones(contour)
    return (
        max(timbre.home_hz * 2 ** (-largest_shift / 12), _moved(LOWEST_HZ, _OWN_MELODY_SEMITONES - low)),
        min(timbre.home_hz * 2 ** (largest_shift / 12), _moved(HIGHEST_HZ, -_OWN_MELODY_SEMITONES - high)),
    )


def _two_timbres(
    rng: random.Random, unseen: bool, contour: int, largest_shift: float
) -> tuple[tuple[Timbre, Timbre], float]:
    """Two timbres without a common voice, and a level that both allow."""
    pool = [t for t in timbres().values() if (t.name in UNSEEN) == unseen]
    first = rng.choice(pool)
    while True:
        second = rng.choice(pool)
        ranges = [levels_hz(t, contour, largest_shift) for t in (first, second)]
        low, high = max(low for low, _ in ranges), min(high for _, high in ranges)
        if low < _moved(high, -_LEAST_OVERLAP_SEMITONES) and not first.has_a_voice_of(second):
            return (first, second), round(_log_uniform(rng, low, high), 2)


def _spoken(
    rng: random.Random, texts: Texts, split: str, parallel: bool
) -> Sequence[tuple[Sentence, str, float]]:
    """Sentence, prosody and speed of four items; the last two are as the first two in a parallel family."""
    sentences: dict[str, Sentence] = {}
    while len(sentences) < (2 if parallel else ITEMS_OF_A_FAMILY):
        sentence = texts.draw(rng, split)
        sentences[sentence.name] = sentence
    if parallel:
        prosody, speed = _prosody(rng)
        return [(s, prosody, speed) for s in sentences.values()] * 2
    return [(s, *_prosody(rng)) for s in sentences.values()]


def _prosody(rng: random.Random) -> tuple[str, float]:
    log_speed = rng.uniform(-_LARGEST_LOG_SPEED, _LARGEST_LOG_SPEED)
    return rng.choice(ENGLISH), round(math.exp(log_speed), 4)


def _log_uniform(rng: random.Random, low: float, high: float) -> float:
    return math.exp(rng.uniform(math.log(low), math.log(high)))


def _moved(hz: float, semitones: float) -> float:
    return float(hz * 2 ** (semitones / 12))
