"""The command line: ``interp synth | check | eval | experiment | sweep | train | ...``; torch comes late."""

from __future__ import annotations

import click

from interp.cli.check import check
from interp.cli.completion import completion
from interp.cli.corpus import corpus
from interp.cli.eval import evaluate
from interp.cli.experiment import experiment
from interp.cli.info import info
from interp.cli.mask import mask
from interp.cli.one_line_errors import OneLineErrors
from interp.cli.say import say
from interp.cli.sweep import sweep
from interp.cli.synth import synth
from interp.cli.train import train, train_vocoder

EPILOG = "Start with: interp synth --out out.wav (demo voices), then interp check yours.wav."


@click.group(cls=OneLineErrors, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="interp-speech", prog_name="interp")
def main() -> None:
    """Speak a sentence in a blend of two recordings."""


_COMMANDS = (
    synth, say, mask, check, evaluate, experiment, sweep, corpus, train, train_vocoder, info, completion,
)  # fmt: skip

for _command in _COMMANDS:
    main.add_command(_command)
