"""The default voice's figures.  python benchmarks/voice_figures.py CORPUS [--checkpoint C ...]

Is it clear, does it follow? Runs configs/eval/voice.yaml, voice_unseen.yaml and voice_temp.yaml for every
checkpoint (what is there is not made again), and beside them, in the same run and by the same recogniser, the
recordings of the same sentences. Also the range (reference 1 moved by Praat to medians from 90 to 300 Hz,
masked) and the speed. Writes docs/benchmarks/voice_figures.md; half an hour a checkpoint on two cores.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click
import numpy as np
import torch
from shared.page import table
from shared.speaker import GRID, MASKED, SEMITONES, SENTENCE, Speaker, median_log_f0, moved, recordings
from tqdm import tqdm

from guidance.settings import GuidanceSettings
from interp.audio.read import load_reference
from interp.backends.place import Place
from interp.corpus.metadata import Utterance, read_corpus
from interp.estimators.encode import encode_sentence
from interp.evaluation.clip import Clip
from interp.evaluation.measures import measure_scene
from interp.evaluation.scene import Scene
from interp.experiment.command import run_experiment
from interp.experiment.plan import arms_of, trials_of
from interp.experiment.report.rows import Rows, rows_of, values
from interp.experiment.report.statistics import summary
from interp.experiment.spec import read_experiment
from interp.experiment.store import Store
from interp.experiment.trial import Trial
from interp.settings.synth import SynthSettings
from interp.synthesis.pipeline import Request, Synthesizer
from interp.synthesis.utterance import Pair
from interp.system.files import write_json, write_text
from interp.text.frontend import phonemize
from interp.vocoders.choose import make_vocoder
from masks.f0 import extract_f0

PAGE = Path(__file__).parent.parent / "docs" / "benchmarks" / "voice_figures.md"
CONFIGS = Path(__file__).parent.parent / "configs" / "eval"
ASKED_HZ = np.geomspace(90, 300, 10)
N_RANGE = 5  # pairs of recordings that every F0 is asked of
N_TIMED = 6
PLAIN = SynthSettings(guidance=GuidanceSettings(enabled=False))
QUALITY = ("words", "dnsmos", "distillmos")
RATINGS = {"dnsmos.overall": "DNSMOS", "distillmos.overall": "Distill-MOS"}


@dataclass(frozen=True)
class Experiment:
    """Rows of an experiment and its cases."""

    rows: Rows
    trials: Sequence[Trial]


def run(
    name: str, corpus: Path, synthesizer: Synthesizer, runs: Path, workers: int, cases: int | None
) -> Experiment:
    """Speak, measure and read one of the configurations."""
    path = CONFIGS / f"{name}.yaml"
    checkpoint = synthesizer.checkpoint
    folder = runs / f"{name}_{checkpoint.sha256[:12]}"
    changes = [f"corpus={corpus}", f"checkpoint={checkpoint.path}", f"runs={folder}", f"docs={folder}/report"]
    changes += [] if cases is None else [f"cases.count={cases}"]
    run_experiment(path, "all", Place(workers=workers), changes, click.echo)
    spec = read_experiment(path, changes)
    trials = trials_of(spec, path)
    arms = arms_of(spec, str(path))
    return Experiment(rows_of(Store(folder), arms, trials, arms[0].settings.windows.t_tal2), trials)


def of_recordings(corpus: Path, trials: Sequence[Trial]) -> list[dict[str, float | None]]:
    """Words and DNSMOS of the cases' sentences as reference 2's speaker said them."""
    everybody = read_corpus(corpus)
    spoken = {(u.speaker, u.text): u for u in everybody}
    speaker_of = {u.path: u.speaker for u in everybody}
    figures = []
    for trial in tqdm(trials, desc="recordings"):
        said: Utterance = spoken[speaker_of[trial.refs[1]], trial.text]
        clip = Clip(load_reference(said.path, GRID, level_dbfs=None).wav, GRID)
        figures.append(measure_scene(Scene(clip, (clip, clip), trial.text), QUALITY).figures)
    return figures


def error_rate(figures: Sequence[dict[str, float | None]]) -> float:
    """Errors over words of all cases."""
    errors, words = (sum(f[f"words.{key}"] or 0 for f in figures) for key in ("errors", "count"))
    return errors / words


def share(rows: Rows, arm: str, figure: str) -> str:
    """Mean in percent, its interval and number."""
    found = summary(list(values(rows, arm, figure).values()), "mean")
    assert found
    return f"{found.mean:.0%} ({found.low:.0%} to {found.high:.0%})"


def median(numbers: Sequence[float], unit: str) -> str:
    found = summary(list(numbers), "median")
    assert found
    return f"{found.mean:.2f} {unit} ({found.low:.2f} to {found.high:.2f})"


def pitch_range(synthesizer: Synthesizer, corpus: Path) -> dict[str, str]:
    """Median F0 that comes (Praat, on the sound) for those asked of reference 1; rest of reference 2."""
    with torch.no_grad():
        sentence = encode_sentence(synthesizer.checkpoint.model, phonemize(SENTENCE), 1.0)
    speaker = Speaker(synthesizer, sentence)
    refs = recordings(corpus, 2 * N_RANGE, synthesizer, seed=5)
    asked, came = [], []
    for first, second in zip(refs[::2], refs[1::2], strict=True):
        own = median_log_f0(first)
        pairs = [(moved(first, float(SEMITONES * (np.log(hz) - own))), second) for hz in ASKED_HZ]
        asked += [median_log_f0(pair[0]) for pair in pairs]
        came += [spoken_log_f0(speaker, pair) for pair in tqdm(pairs, desc="range", leave=False)]
    x, y = np.array(asked), np.array(came)
    inside = x <= x.min() + 1.5 * np.log(2) + 0.01
    return {
        "slope of log F0, 90 to 300 Hz asked": f"{np.polyfit(x, y, 1)[0]:.2f}",
        "slope over the lowest 1.5 octaves of it": f"{np.polyfit(x[inside], y[inside], 1)[0]:.2f}",
        "correlation": f"{np.corrcoef(x, y)[0, 1]:.2f}",
        "median distance from asked": f"{np.median(np.abs(y - x)) * SEMITONES:.2f} st",
        **{
            f"asked {hz:.0f} Hz": f"{np.exp(np.median(y[k :: len(ASKED_HZ)])):.0f} Hz"
            for k, hz in enumerate(ASKED_HZ)
        },
    }


def spoken_log_f0(speaker: Speaker, pair: Pair) -> float:
    """Median log F0 of the sound, over frames that Praat calls voiced."""
    mel = speaker.mels([pair], [0], MASKED)[0]
    f0 = extract_f0(make_vocoder(MASKED.vocoder, GRID)(mel), GRID, mel.shape[1])
    return float(np.median(np.log(f0[f0 > 0])))


def speed(synthesizer: Synthesizer, trials: Sequence[Trial]) -> float:
    """Wall seconds of plain synthesis, vocoder included, a second of speech; references known."""
    wall, length = [], []
    for trial in trials[:N_TIMED]:
        request = Request(trial.text, *trial.refs)
        synthesizer.batch([request], replace(PLAIN, n_timesteps=1))  # hears the references
        started = time.perf_counter()
        spoken = synthesizer.batch([request], PLAIN)[0]
        wall.append(time.perf_counter() - started)
        length.append(len(spoken.wav) / spoken.sample_rate)
    return sum(wall) / sum(length)


def figures(
    corpus: Path, synthesizer: Synthesizer, runs: Path, workers: int, cases: int | None
) -> dict[str, str]:
    """All figures of a checkpoint."""
    known, unseen, temp = (
        run(name, corpus, synthesizer, runs, workers, cases)
        for name in ("voice", "voice_unseen", "voice_temp")
    )
    found: dict[str, str] = {}
    real = of_recordings(corpus, known.trials)
    by_whisper = np.mean([f["words.by_whisper"] for f in real])
    found["words that Whisper heard, the others pocketsphinx"] = f"{by_whisper:.0%}"
    for said, rows in {
        "recordings": real,
        **{arm: list(known.rows[arm].values()) for arm in known.rows},
    }.items():
        found[f"WER, {said}"] = f"{error_rate(rows):.1%}"
        for key, name in RATINGS.items():
            rated = [f[key] for f in rows if f.get(key) is not None]
            found[f"{name}, {said}"] = f"{np.mean(rated):.2f}" if rated else "-"
    for who, one in {"known voices": known, "unseen voices": unseen}.items():
        found |= {
            f"{who}: F0 from ref 1, median": median(
                list(values(one.rows, "masked", "pitch.ref1.away").values()), "st"
            ),
            f"{who}: F0 nearer to ref 1": share(one.rows, "masked", "pitch.nearer_ref1"),
            f"{who}: speaker nearer to ref 2, equal pitch": share(one.rows, "masked", "speaker.nearer_ref2"),
            f"{who}: the same, ref 2 alone": share(one.rows, "ref2_only", "speaker.nearer_ref2"),
            f"{who}: similarity to ref 1, ref 2, equal pitch": ", ".join(
                f"{np.mean(list(values(one.rows, 'masked', f'speaker.ref{n}.equalised').values())):.3f}"
                for n in (1, 2)
            ),
        }
    found["unseen voices: WER, masked"] = f"{error_rate(list(unseen.rows['masked'].values())):.1%}"
    for arm in ("guided", "masked"):
        own = [
            float(row[f"switch_speaker.{half}.ref{mine}"] > row[f"switch_speaker.{half}.ref{other}"])  # type: ignore[operator]
            for row in temp.rows[arm].values()
            for half, mine, other in (("first", 1, 2), ("second", 2, 1))
            if row.get(f"switch_speaker.{half}.ref1") is not None
        ]
        late = [abs(v) for v in values(temp.rows, arm, "switch.late_s").values()]
        found |= {
            f"temp {arm}: first part's F0 nearer to ref 1": share(temp.rows, arm, "switch.first.nearer"),
            f"temp {arm}: second part's nearer to ref 2": share(temp.rows, arm, "switch.second.nearer"),
            f"temp {arm}: speaker of a part nearer to its own": f"{np.mean(own):.0%} of {len(own)}",
            f"temp {arm}: switch off by, median": median(late, "s"),
        }
    found |= pitch_range(synthesizer, corpus)
    found["real-time factor, plain, vocoder included"] = f"{speed(synthesizer, known.trials):.2f}"
    return found


@click.command()
@click.argument("corpus", type=click.Path(exists=True, path_type=Path))
@click.option("--checkpoint", "checkpoints", multiple=True, default=["default"])
@click.option("--runs", default=Path("runs/eval"), type=click.Path(path_type=Path), show_default=True)
@click.option("--workers", default=2, show_default=True)
@click.option("--cases", type=int, help="Fewer cases of each experiment, to try it.")
def main(corpus: Path, checkpoints: tuple[str, ...], runs: Path, workers: int, cases: int | None) -> None:
    """Measure, and write the page."""
    columns = {}
    for checkpoint in checkpoints:
        synthesizer = Synthesizer.load(checkpoint)
        name = synthesizer.checkpoint.sha256[:12]
        kept = runs / f"voice_figures_{name}.json"
        if not kept.exists():
            write_json(kept, figures(corpus, synthesizer, runs, workers, cases))
        columns[name] = json.loads(kept.read_text())
    keys = list(next(iter(columns.values())))
    rows = [(key, *(column[key] for column in columns.values())) for key in keys]
    text = table(("figure", *columns), rows)
    write_text(PAGE, f"# The voice's figures\n\n```\n{__doc__}```\n\n{text}\n")
    click.echo(text)


if __name__ == "__main__":
    main()
