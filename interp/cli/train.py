"""``interp train`` and ``interp train-vocoder``: train a model as a YAML file says."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from interp.cli.arguments import PATH

EXAMPLES = """
\b
Examples:
  interp train configs/train/default.yaml --set data.corpus=PATH
  interp train configs/train/voice.yaml --pack-to pack/train.npz --packs 2 --pack-mib 28
  interp train configs/train/voice_gpu.yaml --pack pack/train-1.npz --pack pack/train-2.npz --seconds 500
"""
VOCODER_EXAMPLES = """
\b
Examples:
  interp train-vocoder configs/train/vocoder.yaml --set data.corpus=PATH
  interp train-vocoder configs/train/vocoder.yaml --pack-to pack/vocoder.npz
  interp train-vocoder configs/train/vocoder_gpu.yaml --pack pack/vocoder.npz --stop-at 9000 --out out
"""
Command = TypeVar("Command", bound=Callable[..., Any])

PACK: dict[str, Any] = {"type": PATH, "help": "Train from this pack alone, without the corpus."}

OPTIONS = (
    click.argument("config", type=PATH),
    click.option(
        "--set",
        "assignments",
        multiple=True,
        metavar="KEY=VALUE",
        help="Any setting by its name; repeatable.",
    ),
    click.option(
        "--pack-to",
        type=PATH,
        help="Write the prepared data as a pack there, and stop.",
    ),
    click.option(
        "--pack-mib",
        default=40.0,
        show_default=True,
        type=click.FloatRange(1, 4096),
        help="Room for a pack, MiB.",
    ),
    click.option("--stop-at", type=click.IntRange(1), help="Stop at this step; the schedule stays as it is."),
    click.option("--out", type=PATH, help="Folder for the weights. [default: the run's own]"),
)


def train_options(command: Command) -> Command:
    """Give a command all of these, in this order."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


@click.command(epilog=EXAMPLES)
@train_options
@click.option("--pack", multiple=True, **PACK)
@click.option(
    "--packs",
    default=1,
    show_default=True,
    type=click.IntRange(1, 99),
    help="Files of --pack-to, each with a number after its name, where one is too large to travel.",
)
@click.option(
    "--seconds",
    type=click.IntRange(1),
    help="Plan the learning rate by time, whatever n_steps says, and be done with everything by then.",
)
def train(config: Path, seconds: int | None, **options: Any) -> None:
    """Train as CONFIG (YAML) says; a run that was interrupted goes on where it stopped."""
    started = time.monotonic()
    from interp.train.run import train as run

    checkpoint = run(config, until=seconds and started + seconds, **options)
    if checkpoint is not None:
        click.echo(str(checkpoint))


@click.command("train-vocoder", epilog=VOCODER_EXAMPLES)
@train_options
@click.option("--pack", **PACK)
def train_vocoder(config: Path, **options: Any) -> None:
    """Train a vocoder as CONFIG (YAML) says; a run that was interrupted goes on where it stopped."""
    from interp.train.vocoder.run import train as run

    vocoder = run(config, **options)
    if vocoder is not None:
        click.echo(str(vocoder))
