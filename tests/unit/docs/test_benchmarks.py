"""Benchmarks read public names alone: what they need is the package's to offer."""

from __future__ import annotations

import ast
from pathlib import Path

BENCHMARKS = Path(__file__).parents[3] / "benchmarks"
OTHERS = {"os"}  # a library's own names are its own matter
SELF = {"self", "cls"}


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def private_names(source: str) -> list[str]:
    """Private names that are imported, or read off anything but the object itself."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom):
            found += [alias.name for alias in node.names if is_private(alias.name)]
        elif isinstance(node, ast.Attribute) and is_private(node.attr):
            owner = node.value.id if isinstance(node.value, ast.Name) else ""
            found += [node.attr] if owner not in SELF | OTHERS else []
    return found


def test_no_benchmark_reads_a_private_name():
    files = sorted(BENCHMARKS.rglob("*.py"))
    assert len(files) > 20
    assert {p.name: n for p in files if (n := private_names(p.read_text(encoding="utf-8")))} == {}


def test_a_private_name_would_be_found():
    assert private_names("from interp.x import _a\nb._c(1)\nself._d\nos._exit(0)\n__file__") == ["_a", "_c"]
