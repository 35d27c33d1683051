"""``interp train``: train a model as a YAML file says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from interp.cli.train_options import train_options

EXAMPLES = """
\b
Examples:
  interp train configs/train/default.yaml --set data.corpus=PATH
  interp train configs/train/default.yaml --pack-to pack/train.npz
  interp train configs/train/gpu.yaml --pack pack/train.npz --stop-at 4000 --out out
"""


@click.command(epilog=EXAMPLES)
@train_options
def train(config: Path, **options: Any) -> None:
    """Train as CONFIG (YAML) says; a run that was interrupted goes on where it stopped."""
    from interp.train.run import train as run

    checkpoint = run(config, **options)
    if checkpoint is not None:
        click.echo(str(checkpoint))
