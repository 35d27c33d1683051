"""Tables as Markdown and as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from interp.system.files import write_text

Table = list[list[str]]


def markdown(table: Table) -> str:
    """A table with its head in the first row."""
    head, *body = table
    lines = [head, ["---"] * len(head), *body]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def write_csv(path: Path, lines: Sequence[Mapping[str, Any]], digits: int | None = None) -> None:
    """Write rows of named values whole or not at all, to so many digits; empty fields for None."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(dict.fromkeys(k for line in lines for k in line)), lineterminator="\n")
    writer.writeheader()
    writer.writerows([{k: _written(v, digits) for k, v in line.items()} for line in lines])
    write_text(path, text.getvalue())


def _written(value: Any, digits: int | None) -> Any:
    return float(f"{value:.{digits}g}") if digits and isinstance(value, float) else value
