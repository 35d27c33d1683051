"""Paths as a command line gives them: never empty, ``~`` is the home folder."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click


class UserPath(click.Path):
    """A path; shells leave ``~`` as it is in ``--out=~/a.wav``, and an unset variable empty."""

    def __init__(self) -> None:
        super().__init__(path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """A `Path`."""
        if isinstance(value, str) and not value:
            self.fail("it is empty; give a path.", param, ctx)
        return super().convert(os.path.expanduser(value) if isinstance(value, str) else value, param, ctx)


PATH = UserPath()
