"""A command group whose users see one line and exit code 2 for every mistake of theirs, never a traceback."""

from __future__ import annotations

import codecs
import io
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

import click

from masks.errors import InterpError

MISTAKE = 2
STOPPED = 128 + signal.SIGINT
# The terminal that is closed, and a kill.
_ENDINGS = ("SIGHUP", "SIGTERM")


class OneLineError(click.ClickException):
    """An error told as ``interp: message``."""

    exit_code = MISTAKE

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the one line on stderr."""
        click.echo(f"interp: {' '.join(self.format_message().split())}", file=file, err=True)


class OneLineErrors(click.Group):
    """Turns InterpError and click's own usage errors, of several lines, into one."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run the program; whatever a file is called can be printed."""
        for stream in (sys.stdout, sys.stderr):
            _print_any_name(stream)
        return super().main(*args, **kwargs)

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
    except KeyboardInterrupt as error:
        click.echo("interp: stopped; files that were finished are kept", err=True)
        raise click.exceptions.Exit(STOPPED) from error


def _leave_cleanly_when_terminated() -> None:
    """Let these signals unwind the program, so that half-written temporary files are taken away."""
    if threading.current_thread() is not threading.main_thread():
        return
    for name in _ENDINGS:
        number = getattr(signal, name, None)
        # nohup's SIGHUP is ignored, and stays so.
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, lambda number, _: sys.exit(128 + number))


def _print_any_name(stream: Any) -> None:
    """Let a stream print names of files in the bytes they have, and escape what it has no sign for.

    In the C locale Python takes it for ASCII, though the names are UTF-8.
    """
    if isinstance(stream, io.TextIOWrapper):
        is_ascii = codecs.lookup(stream.encoding).name == "ascii"
        stream.reconfigure(encoding="utf-8" if is_ascii else None, errors=_ANY_NAME)


def _bytes_of_name(error: UnicodeError) -> tuple[bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    sign = error.object[error.start]
    if "\udc80" <= sign <= "\udcff":
        return bytes([ord(sign) - 0xDC00]), error.start + 1
    return sign.encode("ascii", "backslashreplace"), error.start + 1


_ANY_NAME = "interp-any-name"
codecs.register_error(_ANY_NAME, _bytes_of_name)
