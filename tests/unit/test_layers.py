"""What may import what: the floor plan, read from the imports themselves. An import never runs upwards."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("masks", "guidance", "interp")

# From the ground floor up: a folder may import those of its line, all of which stand in lines before it.
# `system` is `interp/system`; `interp` itself stands for its loose files.
MAY_IMPORT = {
    "masks": "",
    "guidance": "masks",
    "system": "masks",
    "backends": "masks",
    "modes": "masks",
    "settings": "masks guidance system modes",
    "audio": "masks system",
    "text": "masks system",
    "corpus": "masks system backends settings audio text",
    "diffusion": "masks",
    "estimators": "masks guidance modes settings audio text diffusion",
    "checkpoints": "masks system settings text estimators",
    "vocoders": "masks system settings checkpoints",
    "synthesis": "masks guidance system modes settings audio text diffusion estimators checkpoints vocoders",
    "reports": "masks guidance system settings audio estimators checkpoints synthesis",
    "evaluation": "masks system modes audio text corpus reports",
    "sweep": "masks system backends settings audio text vocoders synthesis reports evaluation",
    "experiment": "masks guidance system backends modes settings audio text corpus diffusion estimators "
    "vocoders synthesis reports evaluation",
    "train": "masks system backends settings audio text corpus diffusion estimators checkpoints vocoders",
    "cli": "masks system backends modes settings audio text corpus synthesis reports evaluation sweep "
    "experiment train",
    "interp": "masks system settings synthesis cli",
}
# Of these, imported inside functions only (or for annotations): whoever does without need not wait for them.
LATE = {
    "reports": "estimators",
    "cli": "text synthesis reports evaluation sweep experiment train",
    "interp": "settings synthesis",
}


class Import(NamedTuple):
    """An import: the module it stands in, the module it names, whether it waits for a function's call."""

    by: str
    of: str
    late: bool


def imports_under(root: Path) -> tuple[dict[str, str], list[Import]]:
    """The folder of every module of the packages, and all their imports of each other."""
    paths = [path.relative_to(root) for p in PACKAGES for path in sorted((root / p).rglob("*.py"))]
    folders = {_module_of(path): _folder_of(path) for path in paths}
    found = []
    for path in paths:
        by = _module_of(path)
        for base, names, late in _statements(ast.parse((root / path).read_text(encoding="utf-8")), False):
            # `from package import module` names the module, any other name its home.
            for of in {f"{base}.{n}" if f"{base}.{n}" in folders else base for n in names} or {base}:
                if of in folders and of != by:
                    found.append(Import(by, of, late))
    return folders, found


def _folder_of(path: Path) -> str:
    """Of ``interp/audio/mel.py`` it is ``audio``, of ``masks/grid.py`` ``masks``."""
    return path.parts[1] if path.parts[0] == "interp" and len(path.parts) > 2 else path.parts[0]


def _module_of(path: Path) -> str:
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


def _statements(node: ast.AST, late: bool) -> Iterator[tuple[str, list[str], bool]]:
    for child in ast.iter_child_nodes(node):
        waits = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef) or (
            isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test)
        )
        if isinstance(child, ast.ImportFrom):
            assert child.level == 0, f"a relative import: {ast.unparse(child)}"
            yield child.module or "", [alias.name for alias in child.names], late
        elif isinstance(child, ast.Import):
            yield from ((alias.name, [], late) for alias in child.names)
        yield from _statements(child, late or waits)


def complaints(root: Path, table: Mapping[str, str], late: Mapping[str, str]) -> list[str]:
    """Every folder that is not in the table, import that it does not allow, and line that allows too much."""
    folders, imports = imports_under(root)
    order = list(table)
    found = [f"{f}: not in the table" for f in sorted(set(folders.values()) - set(order))]
    used: dict[str, set[str]] = {folder: set() for folder in order}
    for i in imports:
        by, of = folders[i.by], folders[i.of]
        if by == of or by not in table:
            continue
        used[by].add(of)
        if of not in table[by].split():
            found.append(f"{i.by} imports {i.of}: {by} may not import {of}")
        elif not i.late and of in late.get(by, "").split():
            found.append(f"{i.by} imports {i.of} as it loads; import it in the function that needs it")
    for folder, allowed in table.items():
        found += [f"{folder}: may import {f}, and does not" for f in allowed.split() if f not in used[folder]]
        below = order[: order.index(folder)]
        found += [f"{folder}: {f} does not stand below it" for f in allowed.split() if f not in below]
    return found


def circle(imports: list[Import]) -> list[str]:
    """Modules that import each other in a circle, late imports and all; empty where there is none."""
    next_to: dict[str, set[str]] = {}
    for i in imports:
        next_to.setdefault(i.by, set()).add(i.of)
    done: set[str] = set()

    def walk(module: str, way: list[str]) -> list[str]:
        if module in way:
            return [*way[way.index(module) :], module]
        if module in done:
            return []
        for of in sorted(next_to.get(module, ())):
            if found := walk(of, [*way, module]):
                return found
        done.add(module)
        return []

    return next((found for module in sorted(next_to) if (found := walk(module, []))), [])


def test_every_import_is_one_that_the_table_allows():
    assert complaints(ROOT, MAY_IMPORT, LATE) == []


def test_no_modules_import_each_other_in_a_circle():
    assert circle(imports_under(ROOT)[1]) == []


@pytest.fixture
def house(tmp_path):
    """A made-up house of two floors."""
    files = {
        "masks/__init__.py": "",
        "masks/grid.py": "",
        "interp/__init__.py": "",
        "interp/low/__init__.py": "",
        "interp/low/a.py": "from masks import grid",
        "interp/high/__init__.py": "",
        "interp/high/b.py": "def f():\n    from interp.low.a import x",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


TABLE = {"masks": "", "low": "masks", "high": "low", "interp": ""}
HIGH_IS_LATE = {"high": "low"}


def test_a_sound_house(house):
    assert complaints(house, TABLE, HIGH_IS_LATE) == []
    assert circle(imports_under(house)[1]) == []


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("low/c.py", "import interp.high.b", "low may not import high"),
        ("low/c.py", "def f():\n    from interp.high import b", "low may not import high"),
        ("high/c.py", "from interp.low import a", "import it in the function that needs it"),
        ("new/__init__.py", "", "new: not in the table"),
        ("high/b.py", "", "high: may import low, and does not"),
    ],
)
def test_what_it_complains_of(house, name, text, said):
    (house / "interp" / name).parent.mkdir(exist_ok=True)
    (house / "interp" / name).write_text(text)
    assert [line for line in complaints(house, TABLE, HIGH_IS_LATE) if said in line]


def test_a_table_that_runs_upwards(house):
    upwards = {"masks": "", "high": "low", "low": "masks", "interp": ""}
    assert complaints(house, upwards, {}) == ["high: low does not stand below it"]


def test_a_circle_is_found_through_a_late_import(house):
    (house / "interp/low/a.py").write_text("from interp.low.c import y")
    (house / "interp/low/c.py").write_text("def f():\n    from interp.low.a import x")
    assert circle(imports_under(house)[1]) == ["interp.low.a", "interp.low.c", "interp.low.a"]
