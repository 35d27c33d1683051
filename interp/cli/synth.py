"""``interp synth``: text and two recordings in, a WAV file out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from interp.cli.arguments import PATH, as_text
from interp.cli.job_list import jobs_of_list
from interp.cli.jobs import single_job
from interp.cli.run_jobs import run_jobs
from interp.cli.setting_options import Command, setting_option, settings_given
from interp.modes.registry import MODES
from interp.settings.resolve import resolve
from interp.settings.synth import SynthSettings
from masks.errors import InterpError

EXAMPLES = """
\b
Examples:
  interp synth --ref1 a.wav --ref2 b.wav --text "The boy was there." --out out.wav
  interp synth --mode temp --split-word when     # demo voices and a demo sentence
  echo "Good morning." | interp synth --ref1 a.wav --ref2 b.wav
  interp synth --text-file letter.txt --ref1 a.wav --ref2 b.wav --out letter.flac
  interp synth --text "Good morning." --out - | aplay      # the sound itself, to another program
  interp synth -f resources/filelists/synthesis.txt --out-dir out
  interp synth -f lines.jsonl --out-dir out --overwrite
  interp synth --set guidance.max_halvings=4 --config mine.yaml --report out/report

\b
The references have two roles. freq: ref1 gives the pitch, ref2 all else (the voice).
temp: ref1 rules the first part of the sentence, ref2 the rest.
Settings: defaults < --config < --set < options. Paths of the files written go to stdout.

\b
A list holds lines  text|ref1|ref2[|mode], with |, tabs or commas between, or JSON lines:
  {"text": "Good morning.", "ref1": "a.wav", "ref2": "b.wav", "out": "hello.wav", "seed": 3}
"""


def _option(key: str, *flags: str, says: str, metavar: str | None = None) -> Callable[[Command], Command]:
    return setting_option(SynthSettings, key, *flags, says=says, metavar=metavar)


@click.command(epilog=EXAMPLES)
@click.option(
    "--ref1", type=PATH, help="Reference 1, any sound file; - is standard input. [default: demo voice 1]"
)
@click.option(
    "--ref2", type=PATH, help="Reference 2, any sound file; - is standard input. [default: demo voice 2]"
)
@_option("mode", "--mode", says=f"What follows ref1: {', or '.join(m.gives for m in MODES.values())}.")
@click.option(
    "--text",
    callback=as_text,
    help="What to say, in English. [default: standard input; the demo sentence where nothing is piped and no "
    "reference is given]",
)
@click.option("--text-file", type=PATH, help="File that holds the text; - is standard input.")
@click.option(
    "-f",
    "--file-list",
    type=PATH,
    help="List of texts and references, see below, paths relative to it; - is standard input.",
)
@click.option(
    "-o",
    "--out",
    type=PATH,
    help="File to write: .wav, .flac or .ogg; - is standard output, as WAV. [default: out.wav]",
)
@click.option("--out-dir", type=PATH, help="Folder to write into. [default: out with -f, else .]")
@click.option("--overwrite", is_flag=True, help="With -f: write over files that are there already.")
@_option(
    "checkpoint", "-c", "--checkpoint", says="default, a .safetensors file, or Grad-TTS .pt.", metavar="PATH"
)
@_option("n_timesteps", "-t", "--timesteps", says="Steps of the reverse process; time grows with it.")
@_option("seed", "--seed", says="Same seed, same device, same audio.")
@_option("temperature", "--temperature", says="Divides the start noise: larger is calmer.")
@_option(
    "lexicon",
    "--lexicon",
    says="Pronunciations of your own: word, tab, ARPAbet or IPA a line.",
    metavar="FILE",
)
@_option("length_scale", "--length-scale", says="Multiplies durations: larger is slower.")
@_option(
    "guidance.objective",
    "--objective",
    says="matched, simultaneous or sequential; temp has its own, temp.",
    metavar="NAME",
)
@_option(
    "guidance.scope",
    "--scope",
    says="Tune the noise of every guided step; the first noise only (see also --set guidance.lookahead=N); "
    "or all noise up to the end of the windows together.",
)
@_option(
    "guidance.gamma",
    "--gamma",
    says="Weight of the out-of-mask (rest) terms against the in-mask (pitch) ones.",
)
@_option(
    "guidance.t_tal1",
    "--t-tal1",
    says="End of window 1 in progress: 0 is noise, 1 data; by itself 0.1, in temp 0.2.",
)
@_option("guidance.t_tal2", "--t-tal2", says="End of window 2; by itself 0.2, in temp 0.45.")
@_option("guidance.epochs", "--epochs", says="Tuning iterations a step.")
@click.option("--no-guidance", is_flag=True, help="Leave the noise as it is drawn.")
@_option("split", "--split", says="temp: share of the sentence that follows ref1.")
@_option(
    "split_word", "--split-word", says="temp: first word that follows ref2, or its number.", metavar="WORD"
)
@_option("crossfade_s", "--crossfade", says="temp: seconds of the ramp between the references.")
@_option("sampler", "--sampler", says="Reverse SDE or probability-flow ODE.")
@_option("solver", "--solver", says="Euler as Grad-TTS, or second order (dpmpp2).")
@_option("device", "--device", says="auto, cpu, cuda, cuda:1 or mps.", metavar="NAME")
@click.option("--config", type=PATH, help="YAML file of settings.")
@click.option(
    "--set", "assignments", multiple=True, metavar="KEY=VALUE", help="Any setting by its name; repeatable."
)
@_option("attend", "--attend", says="joint: the noise decides; weighted, masked: attention weights do.")
@_option("cfg_pitch", "--cfg-pitch", says="Classifier-free guidance on pitch, 1 is none.")
@_option("cfg_rest", "--cfg-rest", says="Classifier-free guidance on the rest, 1 is none.")
@_option(
    "guidance.step_share", "--step-share", says="Length of a tuning step, share of the noise's norm, 0 to 1."
)
@click.option(
    "--layers",
    metavar="LIST",
    help="Attention layers to read: middle, second-half, or 0,2; from 0. [default middle]",
)
@_option("vocoder", "--vocoder", says="Mel to sound.", metavar="NAME")
@click.option("--report", type=PATH, help="Folder for config, report, trace, mels and a figure.")
@click.option("--quiet", is_flag=True, help="Print paths and errors only.")
def synth(
    ref1: Path | None,
    ref2: Path | None,
    text: str | None,
    text_file: Path | None,
    file_list: Path | None,
    out: Path | None,
    out_dir: Path | None,
    overwrite: bool,
    no_guidance: bool,
    config: Path | None,
    assignments: tuple[str, ...],
    layers: str | None,
    report: Path | None,
    quiet: bool,
    **values: Any,
) -> None:
    """Speak a text in a blend of two recordings."""
    options = settings_given(values)
    options["guidance.enabled"] = False if no_guidance else None
    options["guidance.layers"] = _layers(layers)
    settings = resolve(SynthSettings, config, assignments, options)
    if file_list is None:
        job = single_job(text, ref1, ref2, out, out_dir, text_file)
        run_jobs((job,), settings, report, quiet)
    else:
        _refuse_with_list(text=text, text_file=text_file, ref1=ref1, ref2=ref2, out=out)
        jobs, notes = jobs_of_list(file_list, out_dir or Path("out"))
        run_jobs(jobs, settings, report, quiet, notes, overwrite)


def _refuse_with_list(**given: Any) -> None:
    named = [f"--{name.replace('_', '-')}" for name, value in given.items() if value is not None]
    if named:
        raise InterpError(
            f"{' and '.join(named)}: not together with --file-list, which says it and names the "
            "files; leave one out; --out-dir chooses the folder"
        )


def _layers(text: str | None) -> Any:
    if text is None or not text.replace(",", "").replace(" ", "").isdigit():
        return text
    return [int(part) for part in text.split(",") if part.strip()]
