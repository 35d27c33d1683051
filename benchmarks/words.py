"""Does a checkpoint speak?  python benchmarks/words.py CORPUS [--checkpoint default] [--prompts 20] [--write]

Word error rate on validation prompts by the best recogniser that is installed (the figures say which): the
recordings, the recordings through mel and vocoder, the model with a recording of the prompt's speaker as its
only reference (another sentence), the guided blend of two speakers, and mu alone through the vocoder.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import click
import numpy as np

from guidance.settings import GuidanceSettings
from interp.audio.read import load_reference, read_audio
from interp.audio.reference import reference_features
from interp.checkpoints.provenance import add_metrics
from interp.corpus.metadata import Utterance, read_corpus
from interp.evaluation.recognisers import Recogniser, best_recogniser
from interp.evaluation.spoken import words_of
from interp.evaluation.words import word_errors
from interp.settings.synth import SynthSettings
from interp.synthesis.pipeline import Request, Synthesizer
from interp.system.shipped import checkpoint_path

SINGLE = SynthSettings(
    mode="temp",
    split=1.0,
    crossfade_s=0.0,
    attend="masked",
    guidance=GuidanceSettings(enabled=False, objective="temp"),
)


def word_error_rate(recogniser: Recogniser, spoken: Sequence[tuple[str, np.ndarray, int]]) -> float:
    """Errors over words, of all sentences together."""
    wanted = [words_of(text) for text, _, _ in spoken]
    heard = [recogniser(wav, rate) for _, wav, rate in spoken]
    return sum(word_errors(w, h) for w, h in zip(wanted, heard, strict=True)) / sum(map(len, wanted))


def in_batches(
    synthesizer: Synthesizer,
    requests: Sequence[Request],
    settings: SynthSettings,
    of: Callable[..., np.ndarray],
) -> list[tuple[str, np.ndarray, int]]:
    """Speak all requests, eight at a time."""
    spoken = []
    for i in range(0, len(requests), 8):
        for synthesis in synthesizer.batch(requests[i : i + 8], settings):
            spoken.append((synthesis.text, of(synthesis), synthesis.sample_rate))
    return spoken


def draw_cases(corpus: Path, n_prompts: int, split: str) -> list[tuple[Utterance, Utterance, Utterance]]:
    """Target recording, a reference of its speaker and one of another speaker, three different sentences."""
    rng = np.random.default_rng(0)
    pool = [u for u in read_corpus(corpus) if u.split == split and u.text]
    cases = []
    for index in rng.permutation(len(pool))[:n_prompts]:
        target = pool[index]
        own = [u for u in pool if u.speaker == target.speaker and u.name != target.name]
        others = [u for u in pool if u.speaker != target.speaker and u.name != target.name]
        cases.append((target, own[rng.integers(len(own))], others[rng.integers(len(others))]))
    return cases


@click.command()
@click.argument("corpus", type=click.Path(exists=True, path_type=Path))
@click.option("--checkpoint", default="default")
@click.option("--prompts", default=20)
@click.option("--split", default="valid")
@click.option("--timesteps", type=int)
@click.option("--solver")
@click.option("--blend/--no-blend", default=True)
@click.option("--write", is_flag=True, help="Put the figures into the checkpoint's provenance.")
def main(
    corpus: Path,
    checkpoint: str,
    prompts: int,
    split: str,
    timesteps: int | None,
    solver: str | None,
    blend: bool,
    write: bool,
) -> None:
    synthesizer, recogniser = Synthesizer.load(checkpoint), best_recogniser()
    changes = {k: v for k, v in {"n_timesteps": timesteps, "solver": solver}.items() if v is not None}
    single, guided = replace(SINGLE, **changes), replace(SynthSettings(), **changes)
    cases = draw_cases(corpus, prompts, split)
    from interp.vocoders.choose import make_vocoder

    vocoder = make_vocoder(single.vocoder, synthesizer.grid)
    own = [Request(t.text, a.path, a.path) for t, a, _ in cases]
    singles = [s for i in range(0, len(own), 8) for s in synthesizer.batch(own[i : i + 8], single)]
    rate = synthesizer.grid.sample_rate
    mels = [
        reference_features(load_reference(t.path, synthesizer.grid), synthesizer.grid).mel
        for t, _, _ in cases
    ]
    texts = [t.text for t, _, _ in cases]
    sets: dict[str, list[tuple[str, np.ndarray, int]]] = {
        "recordings": [(t.text, *read_audio(t.path)) for t, _, _ in cases],
        "recordings_through_vocoder": [(x, vocoder(m), rate) for x, m in zip(texts, mels, strict=True)],
        "model": [(x, s.wav, rate) for x, s in zip(texts, singles, strict=True)],
        "mu_alone": [(x, vocoder(s.mu), rate) for x, s in zip(texts, singles, strict=True)],
    }
    if blend:
        both = [Request(t.text, b.path, a.path) for t, a, b in cases]
        sets["guided_blend"] = in_batches(synthesizer, both, guided, lambda s: s.wav)
    figures: dict[str, object] = {
        f"wer_{name}": round(word_error_rate(recogniser, s), 4) for name, s in sets.items()
    }
    lengths = np.array(
        [[s.mel.shape[1], m.shape[1]] for s, m in zip(singles, mels, strict=True)], dtype=float
    )
    figures |= {
        "wer_by": recogniser.name,
        "wer_prompts": len(cases),
        "wer_split": split,
        "length_ratio": round(float((lengths[:, 0] / lengths[:, 1]).mean()), 3),
    }
    click.echo(json.dumps(figures, indent=1))
    if write:
        add_metrics(checkpoint_path(checkpoint), figures)


if __name__ == "__main__":
    main()
