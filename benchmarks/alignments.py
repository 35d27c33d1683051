"""Do the durations fit the sound?  python benchmarks/alignments.py CONFIG

Draws validation recordings with the phones of forced alignment over their mels, and says how fast the mel
changes at so many milliseconds from the phones' boundaries, against its mean: boundaries that fit lie where
it changes most. Writes docs/benchmarks/alignments.{md,png}.
"""

from __future__ import annotations

from pathlib import Path

import click
import numpy as np
from matplotlib.figure import Figure

from interp.settings.resolve import resolve
from interp.system.files import write_figure, write_text
from interp.text.symbols import SYMBOLS
from interp.train.dataset.features import Features
from interp.train.dataset.prepare import prepare_corpus
from interp.train.settings import TrainSettings
from interp.train.text import TextExample
from masks.grid import MelGrid

OUT = Path(__file__).parent.parent / "docs" / "benchmarks"
GRID = MelGrid()
SHOWN = 4
AROUND = 3  # frames that are averaged on either side of a boundary
SHOWN_SECONDS = 2.6
OFFSETS = range(-6, 7)


def phones_of(text: TextExample) -> list[tuple[str, int, int]]:
    """Symbol, first frame and the next symbol's first frame; a blank, the way there, is the symbol's."""
    starts = (np.cumsum(text.durations) - text.durations)[1::2]
    rows = zip(text.ids[1::2], starts, [*starts[1:], text.durations.sum()], strict=True)
    return [(SYMBOLS[i], int(a), int(b)) for i, a, b in rows if b > a]


def change_at(items: list[tuple[Features, TextExample]], offset: int) -> float:
    """Mean change of the mel at boundaries moved by frames, as a multiple of the mean over all frames."""
    at_boundaries, everywhere = [], []
    for features, text in items:
        change = change_of(features.mel)
        places = np.array([a for _, a, _ in phones_of(text)[1:]]) - 1 + offset
        at_boundaries.append(change[places[(places >= 0) & (places < len(change))]])
        everywhere.append(change)
    return float(np.concatenate(at_boundaries).mean() / np.concatenate(everywhere).mean())


def change_of(mel: np.ndarray) -> np.ndarray:
    """[i]: distance of the mean mels of the three frames up to i and of the three after it."""
    windows = np.lib.stride_tricks.sliding_window_view(mel.astype(np.float64), AROUND, axis=1).mean(-1)
    inner = np.linalg.norm(windows[:, AROUND:] - windows[:, :-AROUND], axis=0)
    return np.pad(inner, (AROUND - 1, AROUND - 1), mode="edge")


def draw(items: list[tuple[Features, TextExample]]) -> Figure:
    """Mels with phone boundaries and symbols."""
    figure = Figure(figsize=(13, 2.6 * SHOWN), layout="constrained")
    last = int(SHOWN_SECONDS * GRID.frame_rate_hz)
    for axes, (features, text) in zip(figure.subplots(SHOWN, 1), items, strict=True):
        axes.imshow(features.mel[:, :last].astype(np.float32), origin="lower", aspect="auto", cmap="magma")
        for name, a, b in phones_of(text):
            if b <= last:
                axes.axvline(a - 0.5, color="white", lw=0.6)
                axes.text((a + b) / 2 - 0.5, 81, name, ha="center", va="bottom", fontsize=7)
        axes.set_title(features.key, loc="left", pad=14, fontsize=9)
        axes.set(ylabel="mel bin")
    axes.set_xlabel("frame")
    return figure


@click.command()
@click.argument("config", type=click.Path(exists=True, path_type=Path))
def main(config: Path) -> None:
    """Draw and count."""
    settings = resolve(TrainSettings, config, ())
    corpus = prepare_corpus(settings.data, GRID, settings.text.alignment)
    found = [(f, corpus.texts[f.key]) for f in corpus.features("valid") if f.key in corpus.texts]
    items = [(f, t) for f, t in found if t.durations.sum() == f.mel.shape[1]]
    write_figure(OUT / "alignments.png", draw(items[:: len(items) // SHOWN][:SHOWN]), dpi=80)
    ms = 1000 / GRID.frame_rate_hz
    rows = [f"| {offset * ms:+.0f} | {change_at(items, offset):.2f} |" for offset in OFFSETS]
    table = "\n".join(
        ["| from the boundary, ms | change of the mel, multiples of its mean |", "|---|---|", *rows]
    )
    said = f"```\n{__doc__}```\n\n{len(items)} recordings.\n\n![mels](alignments.png)"
    write_text(OUT / "alignments.md", f"# Alignments\n\n{said}\n\n{table}\n")
    click.echo(table)


if __name__ == "__main__":
    main()
