"""How many readings of a table are right?  python benchmarks/readings.py [--out FILE]

tests/unit/text/readings.tsv, by this program's rules and, where `wetext` is installed, by that. Words are
compared without marks. Also the seconds of a sentence and of the start.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import click
from shared.page import table

from interp.system.files import write_text
from interp.text.frontend import phonemize
from interp.text.symbols import PUNCTUATION
from interp.text.tokens import read_tokens

TABLE = Path(__file__).parents[1] / "tests" / "unit" / "text" / "readings.tsv"
SENTENCES = ("The boy was there when the sun rose.", "It costs $20/mo on July 5th.", "I will read it to you.")


def ours(text: str) -> str:
    tokens = [t if isinstance(t, str) else t.text for t in read_tokens(text).tokens]
    return " ".join(t for t in tokens if t not in PUNCTUATION).replace("résumé", "resume")


def ways() -> dict[str, Callable[[str], str]]:
    """Readers by name."""
    found: dict[str, Callable[[str], str]] = {"this program": ours}
    if find_spec("wetext") is not None:
        from wetext import Normalizer

        found["wetext"] = Normalizer(lang="en", operator="tn").normalize
    return found


def plain(said: str) -> str:
    return " ".join(re.sub(r"[^a-z' ]", " ", said.lower()).split())


@click.command()
@click.option("--out", type=click.Path(path_type=Path), help="File for the table, in Markdown.")
def main(out: Path | None) -> None:
    """Read the table by every way."""
    rows = [line.split("\t") for line in TABLE.read_text(encoding="utf-8").splitlines()]
    counts = Counter(kind for kind, *_ in rows)
    right: dict[str, Counter[str]] = {}
    for name, read in ways().items():
        good = [kind for kind, text, wanted in rows if plain(read(text)) in map(plain, wanted.split(" / "))]
        right[name] = Counter(good)
    lines = [[kind, str(n), *(str(found[kind]) for found in right.values())] for kind, n in counts.items()]
    lines.append(["all", str(len(rows)), *(str(found.total()) for found in right.values())])
    text = table(("kind", "rows", *right), lines)
    click.echo(text)
    click.echo(f"first sentence {_seconds(SENTENCES[0], 1):.2f} s, with the dictionary")
    milliseconds = [1000 * _seconds(s, 50) for s in SENTENCES]
    click.echo(f"a further sentence {sum(milliseconds) / len(milliseconds):.1f} ms")
    if out is not None:
        write_text(out, text + "\n")


def _seconds(text: str, n: int) -> float:
    started = time.perf_counter()
    for number in range(n):  # another one each time: what was read is kept
        phonemize(f"{text} {number}")
    return (time.perf_counter() - started) / n


if __name__ == "__main__":
    main()
