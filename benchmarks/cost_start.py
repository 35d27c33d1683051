"""Start-up and real-time factor.  python benchmarks/cost_start.py [--repeats 3]

Seconds of `interp --help` and from the start of `interp synth` to its first network evaluation, in fresh
processes, beside a bare interpreter and `import torch`; then the real-time factor of plain and guided
synthesis of a sentence of about 4 s, and where its time goes.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

import click
from shared.page import Row, interleaved, write_report
from shared.scene import GUIDED, PLAIN, SENTENCE

import interp.synthesis.pipeline as pipeline
from interp.cli.jobs import DEMO_REFERENCES
from interp.system.shipped import data_path

FIRST_STEP = """
import os, sys
import interp.cli
def stop(*_, **__):
    os._exit(0)
import interp.estimators.bin.network
interp.estimators.bin.network.BinEstimator.forward = stop
sys.argv = ["interp", "synth", "--quiet", "--out", os.devnull + "x/out.wav"]
from unittest import mock
import interp.system.files
interp.system.files.require_writable = lambda folder: None
interp.cli.main(["synth", "--quiet", "--text", "The boy was there.", "--out", "first_step.wav"])
"""
PARTS = ("load_reference", "reference_features", "decode", "make_vocoder", "extract_f0")


def start_rows(repeats: int) -> list[Row]:
    ways = {
        "python": lambda: _run("-c", "pass"),
        "torch": lambda: _run("-c", "import torch"),
        "help": lambda: _run("-m", "interp", "--help"),
        "first": lambda: _run("-c", FIRST_STEP),
    }
    found = interleaved(ways, repeats)
    beside = f"bare python {found['python']:.2f} s, import torch {found['torch']:.2f} s"
    return [
        Row("`interp --help`", found["help"], "s", beside, "at most 1"),
        Row("`interp synth` to its first sampling step", found["first"], "s", beside, "at most 5"),
    ]


def _run(*arguments: str) -> None:
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True, stdin=subprocess.DEVNULL)


def speed_rows(repeats: int, name: str) -> list[Row]:
    checkpoint = pipeline.Synthesizer.load(name).checkpoint
    refs = [data_path(name) for name in DEMO_REFERENCES]
    spoken = pipeline.Synthesizer(checkpoint)(SENTENCE, *refs, PLAIN).seconds_audio

    def speak(settings):
        pipeline.Synthesizer(checkpoint)(SENTENCE, *refs, settings)

    found = interleaved({"plain": lambda: speak(PLAIN), "guided": lambda: speak(GUIDED)}, repeats)
    with _clocks() as seconds:
        speak(GUIDED)
    total = sum(seconds.values())
    shares = ", ".join(
        f"{name} {part / total:.0%}"
        for name, part in sorted(seconds.items(), key=lambda kv: -kv[1])
        if part >= 0.005 * total
    )
    return [
        Row(
            "real-time factor, plain",
            found["plain"] / spoken,
            "",
            f"{spoken:.1f} s of speech, references read anew",
            "at most 1",
        ),
        Row(
            "real-time factor, guided",
            found["guided"] / spoken,
            "",
            f"guided over plain {found['guided'] / found['plain']:.2f}",
            "at most 1.6",
        ),
        Row("share of decoding in guided synthesis", seconds["decode"] / total, "", shares),
    ]


@contextmanager
def _clocks() -> Iterator[dict[str, float]]:
    """Seconds of the pipeline's parts."""
    seconds: dict[str, float] = defaultdict(float)

    def clocked(name, function):
        def timed(*arguments, **named):
            started = time.perf_counter()
            try:
                made = function(*arguments, **named)
            finally:
                seconds[name] += time.perf_counter() - started
            return clocked("vocoder", made) if name == "make_vocoder" else made

        return timed

    patches = [mock.patch.object(pipeline, name, clocked(name, getattr(pipeline, name))) for name in PARTS]
    for patch in patches:
        patch.start()
    try:
        yield seconds
    finally:
        mock.patch.stopall()


@click.command()
@click.option("--repeats", default=3)
@click.option("--checkpoint", default="default")
def main(repeats: int, checkpoint: str) -> None:
    rows = [*start_rows(repeats), *speed_rows(repeats, checkpoint)]
    write_report(
        "cost_start",
        "Start-up and real-time factor",
        rows,
        "Medians of interleaved runs, `benchmarks/cost_start.py`.",
    )


if __name__ == "__main__":
    main()
