"""``interp train``: train a model as a YAML file says."""

from __future__ import annotations

from pathlib import Path

import click


@click.command(epilog="Example: interp train configs/train/default.yaml")
@click.argument("config", type=click.Path(path_type=Path))
def train(config: Path) -> None:
    """Train as CONFIG (YAML) says; a run that was interrupted goes on where it stopped."""
    from interp.train.run import train as run

    run(config)
