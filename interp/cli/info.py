"""``interp info``: versions, device, and the checkpoint with its provenance."""

from __future__ import annotations

import click


@click.command(epilog="Example: interp info --checkpoint mine.safetensors")
@click.option(
    "-c",
    "--checkpoint",
    default="default",
    show_default=True,
    metavar="PATH",
    help="default, or a .safetensors file.",
)
def info(checkpoint: str) -> None:
    """Print versions, the device that 'auto' means, and where the checkpoint comes from."""
    from interp.installation import describe_installation

    for line in describe_installation(checkpoint):
        click.echo(line)
