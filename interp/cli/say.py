"""``interp say``: how a text is read, without speaking it."""

from __future__ import annotations

from pathlib import Path

import click

from interp.cli.arguments import PATH, as_text
from interp.cli.jobs import read_said

EXAMPLES = """
\b
Examples:
  interp say --text "Henry VIII was born in 1491."
  interp say --text "I will read {HH AH0 L OW1}." --lexicon mine.txt
  echo "Close the door." | interp say
"""


@click.command(epilog=EXAMPLES)
@click.option("--text", callback=as_text, help="What is to be said. [default: standard input]")
@click.option("--text-file", type=PATH, help="File that holds the text; - is standard input.")
@click.option(
    "--lexicon",
    type=PATH,
    metavar="FILE",
    help="Pronunciations of your own: word, tab, ARPAbet or IPA a line.",
)
def say(text: str | None, text_file: Path | None, lexicon: Path | None) -> None:
    """Print the words of a text as they would be spoken, and the sounds of each, a line a word.

    Marks stand on lines of their own. Notes on guesses and on what is left out go to standard error.
    """
    from interp.text.frontend import phonemize, split_sentences
    from interp.text.lexicon import lexicon_with
    from interp.text.symbols import PUNCTUATION

    dictionary = lexicon_with(None if lexicon is None else str(lexicon))
    notes: dict[str, None] = {}
    for sentence in split_sentences(read_said(text, text_file)):
        read = phonemize(sentence, dictionary)
        pairs = zip(read.word_spans, read.words, strict=True)
        starts = {start: word for (start, _), word in pairs}
        for index, symbol in enumerate(read.symbols):
            if (word := starts.get(index)) is not None:
                click.echo(f"{word.text}\t{' '.join(word.phones)}")
            elif symbol in PUNCTUATION:
                click.echo(symbol)
        notes |= dict.fromkeys(read.warnings)
    for note in notes:
        click.echo(f"note: {note}", err=True)
