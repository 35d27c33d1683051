"""Where the losses of a run go: a line of JSON each, and TensorBoard."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TextIO

from torch.utils.tensorboard import SummaryWriter

from interp.train.estimator import Report


@contextmanager
def run_log(folder: Path) -> Iterator[Report]:
    """A function that adds a step's figures to ``folder/log.jsonl`` and ``folder/tensorboard``.

    Both are opened by the first call: a process that never reports leaves no empty file behind.
    """
    with ExitStack() as stack:
        opened: list[tuple[TextIO, SummaryWriter]] = []

        def report(step: int, figures: dict[str, float]) -> None:
            if not opened:
                writer = stack.enter_context(SummaryWriter(folder / "tensorboard"))
                opened.append((stack.enter_context((folder / "log.jsonl").open("a")), writer))
            lines, writer = opened[0]
            lines.write(json.dumps({"step": step, **figures}) + "\n")
            lines.flush()
            for name, value in figures.items():
                writer.add_scalar(name, value, step)

        yield report
