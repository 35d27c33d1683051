"""Does the alignment search find the phones?  python benchmarks/search_alignment.py CORPUS [--steps 600]

Durations of one voice's training recordings by monotonic alignment search, from nothing but symbols and mels,
against forced alignment by pocketsphinx of the same symbols: distances of phone starts, and the share of
frames that are given to the same phone. The baseline gives all symbols of a recording one length. Reads the
cache of `interp train` (``--cache``), which it fills where it is empty.
"""

from __future__ import annotations

from pathlib import Path

import click
import numpy as np

from interp.estimators.parts.text_encoder import TextEncoderConfig
from interp.text.symbols import SYMBOLS
from interp.train.dataset.prepare import prepare_corpus
from interp.train.dataset.search import searched_texts, unaligned_texts
from interp.train.dataset.settings import DataSettings
from interp.train.text import TextExample, train_text_encoder
from masks.grid import MelGrid

MEL_MEAN, MEL_STD = -5.5, 1.2
ENCODER = TextEncoderConfig(
    n_vocab=len(SYMBOLS), n_channels=96, filter_channels=256, filter_channels_dp=96, n_heads=2, n_layers=3,
    p_dropout_prenet=0.2,
)  # fmt: skip
Texts = dict[str, TextExample]


def compare(found: Texts, forced: Texts, grid: MelGrid) -> str:
    """Distances of the starts of phones (odd symbols; even ones are the blanks between)."""
    frame_ms = 1000 / grid.frame_rate_hz
    distances, right, total = [], 0, 0
    for key, text in found.items():
        ours, theirs = (t.durations.cumsum() for t in (text, forced[key]))
        distances.append(np.abs(ours - theirs)[:-1:2] * frame_ms)
        frames = [np.repeat(np.arange(len(t.durations)), t.durations) for t in (text, forced[key])]
        right += int(((frames[0] + 1) // 2 == (frames[1] + 1) // 2).sum())
        total += len(frames[0])
    d = np.concatenate(distances)
    return (
        f"phone starts off by {np.median(d):.0f} ms (median), within 25 ms {np.mean(d <= 25):.0%}, "
        f"within 50 ms {np.mean(d <= 50):.0%}; frames given to the same phone {right / total:.0%}"
    )


@click.command()
@click.argument("corpus", type=click.Path(exists=True, path_type=Path))
@click.option("--cache", default="data")
@click.option("--speaker", default="slt")
@click.option("--recordings", default=400, help="The shortest ones.")
@click.option("--steps", default=600)
def main(corpus: Path, cache: str, speaker: str, recordings: int, steps: int) -> None:
    """Train, search, compare."""
    grid = MelGrid()
    settings = DataSettings(corpus=str(corpus), cache=cache, speakers=(speaker,), variants=1)
    prepared = prepare_corpus(settings, grid)
    mels = {f.key: f.mel for f in prepared.features("train") if f.index == 0}
    shortest = sorted((k for k in mels if k in prepared.texts), key=lambda k: mels[k].shape[1])[:recordings]
    forced = {k: prepared.texts[k] for k in shortest}
    even = unaligned_texts({k: forced[k].ids for k in shortest}, {k: mels[k] for k in shortest})
    print(f"{len(even)} recordings of {speaker}")
    print("one length:", compare(even, forced, grid), flush=True)
    encoder = train_text_encoder(
        ENCODER, list(even.values()), [], mel_mean=MEL_MEAN, mel_std=MEL_STD, n_steps=steps, batch_size=16,
        learning_rate=2e-3, alignment="search",
    )  # fmt: skip
    found = searched_texts(encoder.eval(), even, MEL_MEAN, MEL_STD)
    print(f"search, {steps} steps:", compare(found, forced, grid))


if __name__ == "__main__":
    main()
