"""Prose is narrow enough to read: lines, table cells, and a README that ends."""

import pytest
from pages import PAGES, ROOT, cells, code, needs_docs

PROSE, CODE, CELL = 100, 110, 80  # columns of prose, of code (as ruff holds it), characters of a table's cell
LONGEST_README = 1000  # words

pytestmark = needs_docs


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_lines_and_cells_are_narrow(page):
    wide = CODE if "benchmarks" in page.parts else PROSE
    in_code = set(code(page))
    found = []
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), start=1):
        if line.startswith("|"):
            found += [f"{number}: {len(c)} in a cell" for c in cells(line) if len(c) > CELL]
        elif len(line) > (wide if line.removeprefix("    ") in in_code else PROSE):
            found.append(f"{number}: {len(line)} columns")
    assert not found, found


def test_the_readme_is_read_in_five_minutes():
    assert len((ROOT / "README.md").read_text(encoding="utf-8").split()) <= LONGEST_README
