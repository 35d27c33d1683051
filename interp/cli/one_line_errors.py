"""A command group whose users see one line and exit code 2 for every mistake of theirs, never a traceback."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

import click

from masks.errors import InterpError

MISTAKE = 2


class OneLineError(click.ClickException):
    """An error told as ``interp: message``."""

    exit_code = MISTAKE

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the one line on stderr."""
        click.echo(f"interp: {' '.join(self.format_message().split())}", file=file, err=True)


class OneLineErrors(click.Group):
    """Turns InterpError and click's own usage errors, of several lines, into one."""

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        """Read the options before the command's name."""
        with _in_one_line():
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        _leave_cleanly_when_terminated()
        with _in_one_line():
            return super().invoke(ctx)


@contextmanager
def _in_one_line() -> Iterator[None]:
    try:
        yield
    except click.exceptions.NoArgsIsHelpError:
        raise
    except InterpError as error:
        raise OneLineError(str(error)) from error
    except click.UsageError as error:
        path = error.ctx.command_path if error.ctx else "interp"
        raise OneLineError(f"{error.format_message().rstrip('.')}; see {path} --help") from error


def _leave_cleanly_when_terminated() -> None:
    """Let SIGTERM unwind the program, so that half-written temporary files are taken away."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
