"""Does guidance keep its contracts?  python benchmarks/guidance_contracts.py CORPUS [--sentences 24]

Test sentences, references of two speakers outside training, random seeds, both modes, default
settings:

- the same call twice: bit for bit
- a step share of 0 through the guided path against --no-guidance: bit for bit
- a batch of 4 against one by one: largest difference of the mel, relative to the mel's deviation.
  Sentences whose acceptance hung on a difference of the loss under 1e-6 are counted apart
- bfloat16 (autocast), and one long text: no NaN, no infinity

Written to docs/benchmarks/guidance_contracts.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click
import numpy as np
import torch
from guidance_statistics import BATCH
from shared.page import Row, write_report
from shared.speaker import Drawn, draw
from tqdm import tqdm

from interp.settings.synth import SynthSettings
from interp.synthesis.decoding import Decoded, decode
from interp.synthesis.pipeline import Synthesizer
from interp.synthesis.utterance import utterance_of

CLOSE_CALL = 1e-6
LONG_SENTENCES = 14


class Speaker:
    """Decodes drawn sentences with one set of settings."""

    def __init__(self, synthesizer: Synthesizer) -> None:
        self.synthesizer = synthesizer

    def __call__(self, drawn: Sequence[Drawn], seeds: list[int], settings: SynthSettings) -> list[Decoded]:
        engine, grid = self.synthesizer.engine, self.synthesizer.grid
        with torch.no_grad():
            texts = [[engine.encode(part, settings) for part in text.split("|")] for text, *_ in drawn]
        utterances = [
            utterance_of(engine, text, pair, seed, settings, grid, sentences)
            for (text, *pair), sentences, seed in zip(drawn, texts, seeds, strict=True)
        ]
        return decode(engine, utterances, settings, grid)


def close_call(found: Decoded) -> bool:
    """Whether a step was accepted or not by less than rounding may decide."""
    assert found.guidance is not None
    return any(
        abs(row["loss_before"] - row["loss_after"]) < CLOSE_CALL and row["outcome"] != "saturated"
        for row in found.guidance.trace
    )


def measure(speak: Speaker, drawn: list[Drawn], settings: SynthSettings) -> dict[str, list[float]]:
    """Figures of every sentence, by contract."""
    found: dict[str, list[float]] = {"twice": [], "nothing": [], "batch": [], "close": [], "bfloat16": []}
    nothing = replace(settings, guidance=replace(settings.guidance, step_share=0.0))
    plain = replace(settings, guidance=replace(settings.guidance, enabled=False))
    for start in tqdm(range(0, len(drawn), BATCH), desc=settings.mode):
        batch = drawn[start : start + BATCH]
        seeds = [5000 + start + i for i in range(len(batch))]
        together, again = speak(batch, seeds, settings), speak(batch, seeds, settings)
        found["twice"] += [float(np.array_equal(a.mel, b.mel)) for a, b in zip(together, again, strict=True)]
        pairs = zip(speak(batch, seeds, nothing), speak(batch, seeds, plain), strict=True)
        found["nothing"] += [float(np.array_equal(a.mel, b.mel)) for a, b in pairs]
        for one, seed, beside in zip(batch, seeds, together, strict=True):
            (alone,) = speak([one], [seed], settings)
            found["batch"].append(float(np.abs(alone.mel - beside.mel).max() / alone.mel.std()))
            found["close"].append(float(close_call(alone)))
        with torch.autocast("cpu", torch.bfloat16):
            found["bfloat16"] += [
                float(np.isfinite(d.mel).all()) for d in speak(batch[:1], seeds[:1], settings)
            ]
    return found


@click.command()
@click.argument("corpus", type=click.Path(exists=True, path_type=Path))
@click.option("--checkpoint", default="default")
@click.option("--sentences", default=24, help="Half of them in each mode.")
def main(corpus: Path, checkpoint: str, sentences: int) -> None:
    """Run, and write the table."""
    synthesizer = Synthesizer.load(checkpoint)
    speak, drawn = Speaker(synthesizer), list(draw(corpus, sentences, synthesizer))
    rows = []
    for number, mode in enumerate(("freq", "temp")):
        found = measure(speak, drawn[number::2], SynthSettings(mode=mode))
        clear = [d for d, close in zip(found["batch"], found["close"], strict=True) if not close]
        beside = f"{len(found['batch'])} sentences"
        rows += [
            Row(f"{mode}: twice the same, bit for bit", np.mean(found["twice"]), "", beside, "1"),
            Row(f"{mode}: share 0 equal to plain, bit for bit", np.mean(found["nothing"]), "", beside, "1"),
            Row(f"{mode}: alone against a batch, worst", max(clear), "", f"{len(clear)} clear ones", "1e-4"),
            Row(f"{mode}: acceptance hung on under 1e-6", sum(found["close"]), "sentences", beside),
            Row(
                f"{mode}: finite in bfloat16",
                np.mean(found["bfloat16"]),
                "",
                f"{len(found['bfloat16'])}",
                "1",
            ),
        ]
    long = ("|".join(text for text, *_ in (drawn * LONG_SENTENCES)[:LONG_SENTENCES]), *drawn[0][1:])
    (spoken,) = speak([long], [1], SynthSettings())
    seconds = spoken.mel.shape[1] / synthesizer.grid.frame_rate_hz
    rows.append(
        Row("a long text is finite", float(np.isfinite(spoken.mel).all()), "", f"{seconds:.0f} s", "1")
    )
    write_report("guidance_contracts", "Contracts of guidance", rows, __doc__ or "", None)


if __name__ == "__main__":
    main()
