"""YAML and assignments: the shipped files damaged, values of any shape, bombs, tags that make objects."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

from damage import damaged
from kinds import CANARY, Defect, Kind

from interp.settings.objectives import load_objective
from interp.settings.resolve import mapping_of, resolve
from interp.settings.strict_yaml import dump_yaml
from interp.settings.synth import SynthSettings
from interp.system.shipped import data_path
from interp.train.settings import TrainSettings

SCALARS = (
    "1", "-1", "0", "1e-4", "1e999", "1e308", ".inf", "-.inf", ".nan", "9" * 400, "9" * 5000, "0x10", "010",
    "1_000",
    "12:30", "no", "true", "~", "''", '"\\0"', "2001-01-01", "!!int x", "!!float x", "!!binary x",
    "!!timestamp x",
    "!!set {a}", "!!omap [a: 1]", "!!pairs [a: 1]", "!!null x", "!!bool x", "!!python/none", "!x y", "freq",
    "temp",
    "joint", "masked", "euler", "matched", "default", "middle", "[1, 2]", "[]", "{}", "[[]]", "{a: 1}",
    "[~]",
    "{[a]: 1}", "{{a: b}: 1}", "? [a]\n", "<<", "&a *a", "&a [*a]", "&a {b: *a}", "*unknown", "|\n  x",
    ">\n  x", "%",
    "@", "`", "x" * 5000, "\x00", "\ud800", "\U0001f389", "2", "3", "0.5", "0.02", "100", "1000000",
    "9223372036854775807",
)  # fmt: skip
CODE = (
    "!!python/object/apply:os.system ['touch {canary}']",
    "!!python/object/new:os.system ['touch {canary}']",
    "!!python/object/apply:builtins.exec [\"open('{canary}', 'w')\"]",
    "!!python/name:os.system",
    "!!python/module:os",
    "!!python/object:interp.settings.synth.SynthSettings {{}}",
)
BOMBS = (
    "[" * 5000,
    "{a: " * 5000,
    "- " * 5000,
    "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
    + "".join(f"a{i}: &a{i} [{', '.join(['*a' + (str(i - 1) if i else '')] * 10)}]\n" for i in range(9))
    + "seed: *a8\n",
    "a: &a {b: 1}\n" + "<<: *a\n" * 2,
    "a: &a {<<: *a}\n",
    "seed: " + "'" * 50_000,
    "x" * 100_000 + ": 1\n",
    "\n".join(f"key{i}: {i}" for i in range(5_000)),
    "seed: [" + "1, " * 50_000 + "]\n",
)


def prepare(folder: Path) -> dict[str, Any]:
    """The shipped files by what reads them, and every dotted key of the settings."""
    configs = data_path("configs")
    return {
        "texts": {kind: [p.read_text() for p in sorted((configs / kind).glob("*.yaml"))]
                  for kind in ("synth", "train", "objectives")},
        "keys": {"synth": _keys(mapping_of(SynthSettings())), "train": _keys(mapping_of(TrainSettings()))},
    }  # fmt: skip


def attack(random: Random, shared: dict[str, Any], folder: Path) -> None:
    """One file or one list of assignments, resolved; what is let in reads back equal."""
    reader = random.choice(("synth", "synth", "train", "objectives", "set"))
    if reader == "objectives":
        _write(folder / "x.yaml", _content(random, shared, "objectives", folder))
        load_objective("x", folder)
        return
    settings_class: Any = TrainSettings if reader == "train" else SynthSettings
    path, assignments = None, ()
    if reader == "set":
        keys = shared["keys"]["synth"]
        assignments = tuple(_assignment(random, keys, folder) for _ in range(random.randint(1, 4)))
    else:
        path = folder / "x.yaml"
        _write(path, _content(random, shared, reader, folder))
    settings = resolve(settings_class, path, assignments)
    _require_round_trip(settings, settings_class, folder / "again.yaml")


def _require_round_trip(settings: Any, settings_class: Any, path: Path) -> None:
    path.write_text(dump_yaml(mapping_of(settings)), encoding="utf-8")
    if resolve(settings_class, path) != settings:
        raise Defect(f"written and read again it differs: {settings}")


def _content(random: Random, shared: dict[str, Any], reader: str, folder: Path) -> str | bytes:
    text = random.choice(shared["texts"][reader])
    how = random.randrange(10)
    if how < 3:
        return damaged(random, text.encode())
    if how < 6:
        return _spoiled_lines(random, text, folder)
    if how == 6:
        return _value(random, folder, 0)
    if how == 7:
        return random.choice(BOMBS)
    keys = shared["keys"].get(reader, ["sums", "every_window", "window_1", "every_window.queries"])
    return "".join(
        f"{_last(random.choice(keys))}: {_value(random, folder, 0)}\n" for _ in range(random.randint(1, 5))
    )


def _spoiled_lines(random: Random, text: str, folder: Path) -> str:
    lines = text.splitlines()
    for _ in range(random.randint(1, 3)):
        at = random.randrange(len(lines))
        head, colon, _ = lines[at].partition(":")
        lines[at] = head + colon + " " + _value(random, folder, 0)
        if random.random() < 0.2:
            lines.insert(random.randrange(len(lines)), random.choice(lines))
    return "\n".join(lines)


def _value(random: Random, folder: Path, depth: int) -> str:
    how = random.random()
    if depth < 3 and how < 0.15:
        return "[" + ", ".join(_value(random, folder, depth + 1) for _ in range(random.randint(0, 4))) + "]"
    if depth < 3 and how < 0.3:
        pairs = (
            f"{random.choice('abcdefg')}{i}: {_value(random, folder, depth + 1)}"
            for i in range(random.randint(0, 4))
        )
        return "{" + ", ".join(pairs) + "}"
    if how < 0.4:
        return random.choice(CODE).format(canary=folder / CANARY)
    if how < 0.5:
        return json.dumps("".join(chr(random.randint(0, 0xFFFF)) for _ in range(random.randint(0, 20))))
    return random.choice(SCALARS)


def _assignment(random: Random, keys: list[str], folder: Path) -> str:
    key = (
        random.choice(keys)
        if random.random() < 0.8
        else random.choice(("", ".", "a.b.c", "guidance", "..", "x" * 300))
    )
    return key + random.choice(("=", "=", "=", "", "==")) + _value(random, folder, 0)


def _write(path: Path, content: str | bytes) -> None:
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))


def _keys(mapping: dict[str, Any], prefix: str = "") -> list[str]:
    found = []
    for key, value in mapping.items():
        found += [f"{prefix}{key}", *(_keys(value, f"{prefix}{key}.") if isinstance(value, dict) else [])]
    return found


def _last(key: str) -> str:
    return key.rsplit(".", 1)[-1]


KIND = Kind("yaml", "YAML: configurations, objectives, training, --set", prepare, attack, 0.2)
