"""Paths and texts as a command line gives them: no empty path, ``~`` is the home folder, any locale."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from interp.system.text_files import argument_text


class UserPath(click.Path):
    """A path; shells leave ``~`` as it is in ``--out=~/a.wav``, and an unset variable empty."""

    def __init__(self) -> None:
        super().__init__(path_type=Path, readable=False)  # what reads it says why it cannot

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """A `Path`."""
        if isinstance(value, str) and not value:
            self.fail("it is empty; give a path.", param, ctx)
        return super().convert(os.path.expanduser(value) if isinstance(value, str) else value, param, ctx)


def as_text(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    """Text of an option (its ``callback``), under the rule of `interp.system.text_files`."""
    return None if value is None else argument_text(value, param.opts[0])


PATH = UserPath()
