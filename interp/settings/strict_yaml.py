"""YAML without its traps: `1e-4` is a number, `no` and `12:30` are text, a duplicate key is an error."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from interp.system.text_files import read_text
from masks.errors import InterpError

# YAML 1.2's core schema; PyYAML implements 1.1, where `no` is False, `12:30` is 750 and `1e-4` is text.
SCALARS: tuple[tuple[str, str, str], ...] = (
    ("bool", r"(?:true|True|TRUE|false|False|FALSE)", "tTfF"),
    ("null", r"(?:~|null|Null|NULL|)", "~nN\0"),
    ("int", r"[-+]?[0-9]+", "-+0123456789"),
    ("float", r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", "-+.0123456789"),
    ("float", r"(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))", "-+."),
)


LONGEST_PROBLEM = 200


class StrictLoader(yaml.SafeLoader):
    """Safe loader with YAML 1.2 scalars and unique keys."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012


class StrictDumper(yaml.SafeDumper):
    """Safe dumper that quotes exactly what `StrictLoader` would not read back as text."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012


def read_yaml(path: str | Path) -> dict[str, Any]:
    """Mapping in a YAML file; an empty file is an empty mapping.

    Raises
    ------
    InterpError
        When the file is missing, is not YAML, repeats a key, or is not a mapping.
    """
    value = parse_yaml(read_text(path, "the path of a YAML file"), str(path))
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise InterpError(f"{path}: holds {type(value).__name__}, not settings; write `name: value` lines")
    return value


def parse_yaml(text: str, where: str) -> Any:
    """Value of one YAML document.

    Raises
    ------
    InterpError
        When the text is not YAML or repeats a key.
    """
    try:
        # StrictLoader derives from SafeLoader: no tag of it makes an object.
        return yaml.load(text, Loader=StrictLoader)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        # PyYAML does not guard its own constructors: `!!int x`, `!!bool x`, brackets a thousand deep.
        raise InterpError(
            f"{where}: is not YAML that can be read ({_in_short(error)}); correct it"
        ) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise InterpError(f"{where}:{line} {str(problem)[:LONGEST_PROBLEM]}; correct the YAML") from error


def dump_yaml(value: Mapping[str, Any]) -> str:
    """Text that `read_yaml` reads back equal, keys in the order given."""
    return str(yaml.dump(dict(value), Dumper=StrictDumper, sort_keys=False, allow_unicode=True))


def _unique_mapping(loader: StrictLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: set[str] = set()
    for key, _ in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise yaml.constructor.ConstructorError(None, None, "a key is not plain text", key.start_mark)
        if key.value in seen:
            raise yaml.constructor.ConstructorError(
                None, None, f"key {key.value!r} stands twice", key.start_mark
            )
        seen.add(key.value)
    return loader.construct_mapping(node, deep=True)


def _in_short(error: Exception) -> str:
    return (
        "nested too deeply" if isinstance(error, RecursionError) else f"{type(error).__name__}: {error}"[:100]
    )


def _plain_int(loader: StrictLoader, node: yaml.ScalarNode) -> int:
    # PyYAML's own reads `010` as octal.
    return int(loader.construct_scalar(node))


for _tag, _pattern, _first in SCALARS:
    for _class in (StrictLoader, StrictDumper):
        _class.add_implicit_resolver(
            f"tag:yaml.org,2002:{_tag}", re.compile(f"^{_pattern}$"), ["" if c == "\0" else c for c in _first]
        )
StrictLoader.add_constructor("tag:yaml.org,2002:map", _unique_mapping)
StrictLoader.add_constructor("tag:yaml.org,2002:int", _plain_int)
