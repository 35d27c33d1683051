"""``interp info``: versions, device, and the checkpoint with its provenance."""

from __future__ import annotations

import json

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
@click.option("--full", is_flag=True, help="All that is known, settings of the training too, as JSON.")
def info(checkpoint: str, full: bool) -> None:
    """Print versions, the device that 'auto' means, and where the checkpoint comes from."""
    from interp.reports.installation import describe_installation, summary_lines

    found = describe_installation(checkpoint)
    click.echo(json.dumps(found, indent=2, ensure_ascii=False) if full else "\n".join(summary_lines(found)))
