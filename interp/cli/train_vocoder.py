"""``interp train-vocoder``: train a neural vocoder as a YAML file says."""

from __future__ import annotations

from pathlib import Path

import click

EXAMPLES = """
\b
Examples:
  interp train-vocoder configs/train/vocoder.yaml --set data.corpus=PATH
  interp train-vocoder configs/train/vocoder.yaml --pack-to pack/vocoder.npz
  interp train-vocoder configs/train/vocoder_gpu.yaml --pack pack/vocoder.npz --stop-at 9000 --out out
"""


@click.command("train-vocoder", epilog=EXAMPLES)
@click.argument("config", type=click.Path(path_type=Path))
@click.option(
    "--set", "assignments", multiple=True, metavar="KEY=VALUE", help="Any setting by its name; repeatable."
)
@click.option(
    "--pack", type=click.Path(path_type=Path), help="Train from this pack alone, without the corpus."
)
@click.option(
    "--pack-to", type=click.Path(path_type=Path), help="Write the recordings as a pack there, and stop."
)
@click.option(
    "--pack-mib",
    default=40.0,
    show_default=True,
    type=click.FloatRange(1, 4096),
    help="Room for a pack, MiB.",
)
@click.option("--stop-at", type=click.IntRange(1), help="Stop at this step; the schedule stays as it is.")
@click.option(
    "--out", type=click.Path(path_type=Path), help="Folder for the vocoder. [default: the run's own]"
)
def train_vocoder(
    config: Path,
    assignments: tuple[str, ...],
    pack: Path | None,
    pack_to: Path | None,
    pack_mib: float,
    stop_at: int | None,
    out: Path | None,
) -> None:
    """Train a vocoder as CONFIG (YAML) says; a run that was interrupted goes on where it stopped."""
    from interp.train.vocoder_run import train as run

    vocoder = run(
        config,
        assignments=assignments,
        pack=pack,
        pack_to=pack_to,
        pack_mib=pack_mib,
        stop_at=stop_at,
        out=out,
    )
    if vocoder is not None:
        click.echo(str(vocoder))
