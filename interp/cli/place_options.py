"""Options that say where jobs run: ``--workers --backend --address --cpus --gpus``."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from interp.backends.place import Place
from interp.cli.setting_options import Command

PROCESSES = "Processes on this machine."


def place_options(workers: bool = True, hidden: bool = False) -> Callable[[Command], Command]:
    """Give a command a ``place``; without ``workers`` it has a setting of its own for these."""

    def option(name: str, says: str, **how: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        return click.option(f"--{name}", help=says, hidden=hidden, show_default="default" in how, **how)

    options = [
        option("backend", "Where to run.", type=click.Choice(["local", "ray"]), default="local"),
        option("address", "Ray cluster to join. [default: one started here]", metavar="HOST:PORT"),
        option("cpus", "ray: CPUs of a task.", type=click.FloatRange(0, 1024), default=1.0),
        option("gpus", "ray: GPUs of a task.", type=click.FloatRange(0, 64), default=0.0),
    ]
    if workers:
        options.insert(0, option("workers", PROCESSES, type=click.IntRange(1, 256), default=1))

    def give(command: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(command)
        def placed(backend: Any, address: str | None, cpus: float, gpus: float, **others: Any) -> Any:
            n = others.pop("workers") if workers else 1
            return command(place=Place(backend, n, address, cpus, gpus), **others)

        decorated: Callable[..., Any] = placed
        for one in reversed(options):
            decorated = one(decorated)
        return decorated

    return give  # type: ignore[return-value]
