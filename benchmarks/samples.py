"""Samples to hear and see.  python benchmarks/samples.py [--checkpoint default]

Blends of the two demo references and their controls as short WAV files, each measured, with a figure of the
guided ones, into docs/samples/.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
from shared.page import table
from tqdm import tqdm

from interp.audio.write import save_wav
from interp.evaluation.clip import Clip, load_clip
from interp.evaluation.measures import measure_scene
from interp.evaluation.recognisers import best_recogniser
from interp.evaluation.scene import Figures, Scene
from interp.reports.figure import draw_synthesis
from interp.settings.dotted import settings_of
from interp.synthesis.pipeline import Synthesizer
from interp.system.files import write_figure, write_text
from interp.system.shipped import data_path

OUT = Path(__file__).parent.parent / "docs" / "samples"
SENTENCE = "The boy was there when the sun rose."
OTHER = "She asked him for the old red coat."
LARGEST_BYTES = 150_000
OFF = {"guidance.enabled": False}
HEAD = (
    "sound", "what", "median F0, Hz", "semitones above ref 1, ref 2", "speaker similarity to them",
    "word errors", "DNSMOS", "switch late, s",
)  # fmt: skip
MEASURES = ("pitch", "speaker", "words", "dnsmos", "switch")


@dataclass(frozen=True)
class Sample:
    """What to speak and how; ``order`` says which demo reference stands first and which second."""

    said: str
    changes: dict[str, Any] = field(default_factory=dict)
    order: tuple[int, int] = (0, 1)
    text: str = SENTENCE
    drawn: bool = False


SAMPLES = {
    "freq_guided": Sample("**guided**, asked for pitch of reference 1, the rest of reference 2", drawn=True),
    "freq_guided_swapped": Sample("guided, references exchanged", order=(1, 0)),
    "freq_guided_pitch_only": Sample("guided for pitch alone (gamma 0)", {"guidance.gamma": 0.0}),
    "freq_unguided": Sample("noise untuned, both references open", OFF),
    "freq_masked": Sample(
        "masked (a control): attention weights, noise untuned", {**OFF, "attend": "masked"}
    ),
    "ref1_alone": Sample("reference 1 alone", OFF, (0, 0)),
    "ref2_alone": Sample("reference 2 alone", OFF, (1, 1)),
    "temp_guided": Sample("**guided**: reference 1 first, then 2", {"mode": "temp"}, drawn=True),
    "temp_guided_swapped": Sample("guided: reference 2 first, then 1", {"mode": "temp"}, (1, 0)),
    "temp_masked": Sample("masked (a control)", {"mode": "temp", **OFF, "attend": "masked"}),
    "other_freq_guided": Sample("guided, another sentence", text=OTHER),
    "other_freq_unguided": Sample("the same, noise untuned", OFF, text=OTHER),
}


def make(synthesizer: Synthesizer, name: str, sample: Sample, refs: list[Path]) -> Figures:
    """Speak, write, measure; figures are against the demo references in their own order."""
    pair = [refs[i] for i in sample.order]
    spoken = synthesizer(sample.text, *pair, settings_of(sample.changes, {}, name), for_report=sample.drawn)
    path = OUT / f"{name}.wav"
    save_wav(path, spoken.wav, spoken.sample_rate)
    assert path.stat().st_size < LARGEST_BYTES, f"{path}: {path.stat().st_size} bytes"
    if sample.drawn:
        write_figure(OUT / f"{name}.png", draw_synthesis(spoken), dpi=70)
    clips = [load_clip(ref) for ref in refs]
    split = None if spoken.split_frame is None else spoken.split_frame / synthesizer.grid.frame_rate_hz
    scene = Scene(Clip(spoken.wav, synthesizer.grid), (clips[0], clips[1]), sample.text, (None, None), split)
    return measure_scene(scene, MEASURES).figures


def row(name: str, sample: Sample, figures: Figures) -> tuple[str, ...]:
    """A line of the table."""

    def cell(key: str, form: str) -> str:
        value = figures.get(key)
        return "-" if value is None else format(value, form)

    errors = (
        f"{cell('words.errors', '.0f')} of {cell('words.count', '.0f')}"
        if figures.get("words.count")
        else "-"
    )
    late = cell("switch.late_s", "+.2f") if sample.changes.get("mode") == "temp" else "-"
    return (
        f"[{name}.wav]({name}.wav)", sample.said, cell("pitch.median_hz", ".0f"),
        f"{cell('pitch.ref1.semitones', '+.1f')}, {cell('pitch.ref2.semitones', '+.1f')}",
        f"{cell('speaker.ref1.equalised', '.2f')}, {cell('speaker.ref2.equalised', '.2f')}",
        errors, cell("dnsmos.overall", ".2f"), late,
    )  # fmt: skip


@click.command()
@click.option("--checkpoint", default="default", show_default=True)
def main(checkpoint: str) -> None:
    """Speak all samples and write the page."""
    synthesizer = Synthesizer.load(checkpoint)
    refs = [data_path(f"resources/demo_ref{n}.wav") for n in (1, 2)]
    rows = []
    for name, sample in tqdm(SAMPLES.items(), desc="samples"):
        rows.append(row(name, sample, make(synthesizer, name, sample, refs)))
    clips = [load_clip(ref) for ref in refs]
    for n, clip in enumerate(clips, start=1):
        figures = measure_scene(Scene(clip, (clips[0], clips[1])), ("pitch", "speaker", "dnsmos")).figures
        link = f"../../resources/demo_ref{n}.wav"
        rows.insert(
            n - 1,
            (f"[demo_ref{n}.wav]({link})", f"reference {n}", *row("", SAMPLES["ref1_alone"], figures)[2:]),
        )
    pictures = "\n\n".join(f"![{name}]({name}.png)" for name, sample in SAMPLES.items() if sample.drawn)
    said = (
        f"Made by `python benchmarks/samples.py` with checkpoint {synthesizer.checkpoint.sha256[:12]}, "
        f'default settings, seed 0, no\nchoosing: "{SENTENCE}" and "{OTHER}" Speaker\n'
        "similarity is taken at one pitch. What the figures are and how far to trust them is in\n"
        f"[measures](../measures.md). Words were heard by {best_recogniser().name}.\n\n"
        "Single sentences are no statistics. The two references are 0.84 alike to the speaker measure: hear\n"
        "pitch here, not voice."
    )
    write_text(OUT / "README.md", f"# Samples\n\n{said}\n\n{table(HEAD, rows)}\n\n{pictures}\n")
    click.echo(table(HEAD, rows))


if __name__ == "__main__":
    main()
