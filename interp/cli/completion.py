"""``interp completion``: a shell's script that completes commands, options and files."""

from __future__ import annotations

import click
from click.shell_completion import ShellComplete, get_completion_class

PROGRAM = "interp"
VARIABLE = "_INTERP_COMPLETE"
SHELLS = ("bash", "zsh", "fish")

EXAMPLES = """
\b
Examples:
  eval "$(interp completion bash)"      # in ~/.bashrc
  eval "$(interp completion zsh)"       # in ~/.zshrc
  interp completion fish > ~/.config/fish/completions/interp.fish
"""


@click.command(epilog=EXAMPLES)
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print what makes SHELL complete commands, options and files of interp."""
    kind = get_completion_class(shell)
    assert kind is not None
    # bash's own method starts a bash to ask for its version.
    click.echo(ShellComplete.source(kind(ctx.find_root().command, {}, PROGRAM, VARIABLE)))
