"""``interp check``: will these recordings do as references?"""

from __future__ import annotations

from pathlib import Path

import click

from interp.cli.arguments import PATH


@click.command(epilog="Examples: interp check a.wav b.wav; sox a.mp4 -t wav - | interp check -")
@click.argument("recordings", nargs=-1, required=True, type=PATH)
def check(recordings: tuple[Path, ...]) -> None:
    """Say whether RECORDINGS, one or two, will do as references: ok, warn or bad, with reasons.

    A recording may come from a pipe; - is standard input.

    Exit code 0 for ok and warn, 2 for bad.
    """
    from interp.reports.recording import BAD, check_pair, check_recording, lines_of, lines_of_pair
    from masks.errors import InterpError

    if len(recordings) > 2:
        raise InterpError(f"{len(recordings)} recordings are given; check one, or two that are to be blended")
    checked = [check_recording(path) for path in recordings]
    for result in checked:
        click.echo("\n".join(lines_of(result)))
    if len(checked) == 2:
        click.echo("\n".join(lines_of_pair(check_pair(*checked))))
    if any(result.verdict == BAD for result in checked):
        raise click.exceptions.Exit(2)
