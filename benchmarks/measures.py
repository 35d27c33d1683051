"""Can the measures be trusted?  python benchmarks/measures.py CORPUS [--recordings 3]

On recordings of known answer: gender against the published gender of 104 speakers; one pitch in both bands
of natural speech and of splices of two voices at 500 Hz; speaker similarity within and across speakers, as is
and at one pitch; formants of recordings whose formants Praat moved by 1.1.
"""

from __future__ import annotations

import json
from pathlib import Path

import click
import numpy as np
from scipy.signal import butter, sosfiltfilt

from interp.corpus.metadata import Utterance, read_corpus
from interp.evaluation.clip import Clip, load_clip
from interp.evaluation.cross_band import EDGE_HZ, LEAST_FRAMES, cross_band
from interp.evaluation.formants import formants
from interp.evaluation.gender import gender
from interp.evaluation.pitch import pitch
from interp.evaluation.scene import Scene
from interp.evaluation.speaker import speaker
from interp.train.dataset.features import Variant
from interp.train.dataset.variants import apply_variant

# SPEAKERS.TXT of LibriSpeech and spk2gender of speechocean762's test set, of speakers that the corpus holds.
LIBRISPEECH = (
    "19f 26m 32f 40f 78m 83f 87f 89f 118m 125f 163m 196m 198f 200f 201m 211f 229m "
    "233m 250f 254m 298f 302f 328f 332m 403f 405m 426f 441f 445m 446m 458m 460m 481m 587f "
    "625m 669f 696f 730f"
)
SPEECHOCEAN = (
    "0024f 0120f 0157f 0306f 0457f 0461m 0563f 0567f 0736f 0765m 0811f 0981m 1030m 1037m 1039m 1099m 1109m "
    "1135m 1156m 1181m 1186m 1228m 1292m 1293m 1334m 1408m 1420m 2002f 2016m 2031f 2112f 2116f 2252m 2327f "
    "2355m 2438f 2441f 2448f 2451f 2488f 2538f 2740m 2892m 2897m 2917m 2937m 9601m 9608f 9610f 9612f 9617f "
    "9618f 9622f 9623m 9626m 9629f 9631m 9633f 9640f 9647f 9635f"
)
VOICES = {"bdl": "m", "slt": "f", "kathleen": "f", "vcc2016_sf1": "f", "vcc2016_tm3": "m"}


def known_genders() -> dict[str, dict[str, str]]:
    """Gender by speaker, by set."""
    return {
        "librispeech": {f"librispeech_{x[:-1]}": x[-1] for x in LIBRISPEECH.split()},
        "speechocean": {f"speechocean_{x[:-1]}": x[-1] for x in SPEECHOCEAN.split()},
        "voices": VOICES,
    }


def gender_accuracy(pool: dict[str, list[Clip]]) -> dict[str, object]:
    """Share of recordings whose score falls on the right side of a half, by set and by evidence."""
    figures: dict[str, object] = {}
    for name, known in known_genders().items():
        right: dict[str, list[bool]] = {"score": [], "pitch_score": [], "tract_score": []}
        for voice, sex in known.items():
            for clip in pool.get(voice, []):
                found = gender(Scene(clip, (clip, clip)))
                for key, hits in right.items():
                    value = found[f"gender.{key}"]
                    hits.append(value is not None and (value >= 0.5) == (sex == "f"))
        figures |= {f"gender_{name}_{key}": round(float(np.mean(v)), 3) for key, v in right.items()}
        figures[f"gender_{name}_recordings"] = len(right["score"])
    return figures


def bands(clips: list[Clip], rng: np.random.Generator) -> dict[str, object]:
    """Shares called consistent: natural speech, and splices of two voices over 3 semitones apart."""
    natural = [cross_band(Scene(clip, (clip, clip)))["cross_band.consistent"] for clip in clips]
    spliced: list[float | None] = []
    for a, b in (rng.choice(len(clips), 2, replace=False) for _ in range(2 * len(clips))):
        away = pitch(Scene(clips[a], (clips[b], clips[b])))["pitch.ref1.semitones"]
        if away is not None and abs(away) > 3:
            mixed = splice(clips[a], clips[b])
            spliced.append(cross_band(Scene(mixed, (mixed, mixed)))["cross_band.consistent"])
    return {
        f"cross_band_{name}": {
            "consistent": float(np.mean([v for v in found if v is not None])),
            "recordings": len(found),
            f"under_{LEAST_FRAMES}_frames": sum(v is None for v in found),
        }
        for name, found in {"natural": natural, "spliced": spliced}.items()
    }


def splice(low: Clip, high: Clip) -> Clip:
    """One recording below 500 Hz, another above."""
    n = min(len(low.wav), len(high.wav))
    halves = [
        sosfiltfilt(butter(8, EDGE_HZ, kind, fs=low.grid.sample_rate, output="sos"), clip.wav[:n])
        for kind, clip in (("low", low), ("high", high))
    ]
    return Clip((halves[0] + halves[1]).astype(np.float32), low.grid)


def similarities(pool: dict[str, list[Clip]]) -> dict[str, object]:
    """Median cosine of two recordings of one speaker and of two speakers."""
    same, other = [], []
    names = [name for name in pool if len(pool[name]) > 1]
    for i, name in enumerate(names):
        stranger = pool[names[(i + 1) % len(names)]][0]
        found = speaker(Scene(pool[name][0], (pool[name][1], stranger)))
        same.append([found["speaker.ref1.similarity"], found["speaker.ref1.equalised"]])
        other.append([found["speaker.ref2.similarity"], found["speaker.ref2.equalised"]])
    a, b = np.array(same, dtype=float), np.array(other, dtype=float)
    return {
        f"speaker_{how}": {
            "same": round(float(np.nanmedian(a[:, i])), 3),
            "other": round(float(np.nanmedian(b[:, i])), 3),
            "same_above_other": round(float((a[:, i] > b[:, i]).mean()), 3),
            "pairs": len(a),
        }
        for i, how in enumerate(("as_is", "equalised"))
    }


def moved_formants(clips: list[Clip]) -> dict[str, object]:
    """Median ratios of formants after Praat moved them by 1.1, and of the vocal-tract length (0.909)."""
    ratios = []
    for clip in clips:
        voiced = clip.f0_hz[clip.f0_hz > 0]
        change = Variant(1.1, float(np.median(voiced)), 1.0)
        moved = Clip(apply_variant(clip.wav, clip.grid.sample_rate, change).astype(np.float32), clip.grid)
        found = formants(Scene(moved, (clip, clip)))
        keys = [f"formants.ref1.f{i}_ratio" for i in range(1, 5)]
        ratios.append([found[key] for key in (*keys, "formants.ref1.vtl_ratio")])
    medians = np.median(np.array(ratios, dtype=float), axis=0).round(3).tolist()
    return {"formants_moved_by_1.1": dict(zip(("f1", "f2", "f3", "f4", "vtl"), medians, strict=True))}


def draw(corpus: Path, count: int, rng: np.random.Generator) -> dict[str, list[Clip]]:
    """Some recordings of every speaker whose gender is known."""
    wanted = {voice for known in known_genders().values() for voice in known}
    by_speaker: dict[str, list[Utterance]] = {}
    for utterance in read_corpus(corpus):
        if utterance.speaker in wanted:
            by_speaker.setdefault(utterance.speaker, []).append(utterance)
    return {
        name: [load_clip(said[i].path) for i in rng.permutation(len(said))[: 8 if name in VOICES else count]]
        for name, said in by_speaker.items()
    }


@click.command()
@click.argument("corpus", type=click.Path(exists=True, path_type=Path))
@click.option("--recordings", default=3, help="Of each speaker.")
def main(corpus: Path, recordings: int) -> None:
    rng = np.random.default_rng(0)
    pool = draw(corpus, recordings, rng)
    flat = [clips[0] for clips in pool.values()]
    click.echo(json.dumps(gender_accuracy(pool), indent=1))
    click.echo(json.dumps(bands(flat, rng), indent=1))
    click.echo(json.dumps(similarities(pool), indent=1))
    click.echo(json.dumps(moved_formants([pool[voice][0] for voice in VOICES]), indent=1))


if __name__ == "__main__":
    main()
