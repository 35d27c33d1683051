"""``interp experiment``: speak, measure and report the conditions that a YAML file asks for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from interp.backends.place import Place
from interp.cli.arguments import PATH
from interp.cli.place_options import place_options

EXAMPLE = "Example: interp experiment configs/eval/freq.yaml --set corpus=PATH/TO/corpus"


def experiment_options(hidden: bool) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Options of an experiment, shown or, where ``interp eval`` takes them too, not."""
    stages = click.option(
        "--stage",
        type=click.Choice(("synthesise", "measure", "report", "all")),
        default="all",
        show_default=True,
        help="One stage alone.",
        hidden=hidden,
    )
    changes = click.option(
        "--set",
        "assignments",
        multiple=True,
        metavar="KEY=VALUE",
        help="Over the file, repeatable.",
        hidden=hidden,
    )
    return lambda command: stages(changes(command))


@click.command(epilog=EXAMPLE)
@click.argument("file", type=PATH)
@experiment_options(hidden=False)
@place_options()
def experiment(file: Path, stage: str, place: Place, assignments: tuple[str, ...]) -> None:
    """Compare tuned noise with its controls, as FILE says; what is there already is not made again.

    What an experiment is, and what its report holds: docs/experiments.md.
    """
    from interp.experiment.command import run_experiment

    run_experiment(file, stage, place, assignments, click.echo)
