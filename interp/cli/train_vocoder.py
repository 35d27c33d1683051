"""``interp train-vocoder``: train a neural vocoder as a YAML file says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from interp.cli.train_options import train_options

EXAMPLES = """
\b
Examples:
  interp train-vocoder configs/train/vocoder.yaml --set data.corpus=PATH
  interp train-vocoder configs/train/vocoder.yaml --pack-to pack/vocoder.npz
  interp train-vocoder configs/train/vocoder_gpu.yaml --pack pack/vocoder.npz --stop-at 9000 --out out
"""


@click.command("train-vocoder", epilog=EXAMPLES)
@train_options
def train_vocoder(config: Path, **options: Any) -> None:
    """Train a vocoder as CONFIG (YAML) says; a run that was interrupted goes on where it stopped."""
    from interp.train.vocoder.run import train as run

    vocoder = run(config, **options)
    if vocoder is not None:
        click.echo(str(vocoder))
