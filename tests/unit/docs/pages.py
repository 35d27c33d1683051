"""The pages that people read, and their tables."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
GLOBS = ("README.md", "NOTICE.md", "docs/**/*.md", "checkpts/*.md", "resources/*.md")
PAGES = tuple(sorted(page for pattern in GLOBS for page in ROOT.glob(pattern)))
Row = tuple[str, ...]
needs_docs = pytest.mark.skipif(
    not (ROOT / "docs").is_dir(), reason="docs/ is not installed with the package"
)


def cells(line: str) -> Row:
    """Cells of a table's line."""
    return tuple(cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip())[1:-1])


def tables(page: Path) -> list[list[Row]]:
    """Tables of a page, the head first, the line of dashes left out."""
    found: list[list[Row]] = []
    inside = False
    for line in page.read_text(encoding="utf-8").splitlines():
        if line.startswith("|"):
            if not inside:
                found.append([])
            found[-1].append(cells(line))
        inside = line.startswith("|")
    return [[row for row in table if not all(re.fullmatch("-+", c) for c in row)] for table in found]


def code(page: Path) -> list[str]:
    """Lines of a page's code blocks, fenced and indented; an indented block follows an empty line."""
    found, fenced, indented, before = [], False, False, ""
    for line in page.read_text(encoding="utf-8").splitlines():
        if line.startswith("```"):
            fenced = not fenced
        elif fenced:
            found.append(line)
        else:
            indented = line.startswith("    ") and (indented or not before.strip())
            if indented:
                found.append(line[4:])
        before = line
    return found
