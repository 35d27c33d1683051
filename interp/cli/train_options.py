"""What both training commands are told: the file, the pack, where to stop, where to write."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])

OPTIONS = (
    click.argument("config", type=click.Path(path_type=Path)),
    click.option(
        "--set",
        "assignments",
        multiple=True,
        metavar="KEY=VALUE",
        help="Any setting by its name; repeatable.",
    ),
    click.option(
        "--pack", type=click.Path(path_type=Path), help="Train from this pack alone, without the corpus."
    ),
    click.option(
        "--pack-to",
        type=click.Path(path_type=Path),
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
    click.option(
        "--out", type=click.Path(path_type=Path), help="Folder for the weights. [default: the run's own]"
    ),
)


def train_options(command: Command) -> Command:
    """Give a command all of these, in this order."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command
