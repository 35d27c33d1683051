"""``interp mask``: the pitch mask of a recording, as arrays and as a picture."""

from __future__ import annotations

from pathlib import Path

import click

from interp.cli.arguments import PATH


@click.command(epilog="Example: interp mask a.wav --out mask.npz --plot mask.png")
@click.argument("recording", type=PATH)
@click.option(
    "-o",
    "--out",
    type=PATH,
    default=Path("mask.npz"),
    show_default=True,
    help="Arrays: mask (80, T), f0_hz, times_s, mel_frequencies_hz.",
)
@click.option("--plot", type=PATH, help="Picture of the mask, .png or .svg.")
@click.option(
    "--width-bins",
    type=float,
    metavar="X",
    help="Half-width of a harmonic, mel bins. [above 0 to 40; default 0.75]",
)
@click.option(
    "--harmonics",
    type=int,
    metavar="N",
    help="Harmonics counted from F0. [1 or more; default: all resolved ones]",
)
def mask(
    recording: Path, out: Path, plot: Path | None, width_bins: float | None, harmonics: int | None
) -> None:
    """Find the cells of RECORDING's mel that hold its pitch."""
    from interp.reports.mask import write_mask

    for note in write_mask(recording, out, plot, width_bins, harmonics):
        click.echo(f"note: {note}", err=True)
    for path in (out, plot):
        if path is not None:
            click.echo(str(path))
