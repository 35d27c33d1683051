"""Typed settings from plain mappings: defaults < YAML < command line, all mistakes told at once."""

from __future__ import annotations

import dataclasses
import math
import types
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from interp.settings.strict_yaml import parse_yaml, read_yaml
from interp.system.nearest import nearest
from interp.system.paths import path_from_text
from masks.errors import InterpError
from masks.limits import choices_of
from masks.shown import shown

Settings = TypeVar("Settings")
TRUE_WORDS = ("yes", "on", "true")
FALSE_WORDS = ("no", "off", "false")
MOST_TOLD = 20
LONGEST_KEY = 100


def resolve(
    cls: type[Settings],
    yaml_path: str | Path | None = None,
    assignments: Sequence[str] = (),
    options: Mapping[str, Any] | None = None,
) -> Settings:
    """Settings of a run: defaults < YAML file < ``key=value`` assignments < options given by name.

    Parameters
    ----------
    cls : frozen dataclass, whose fields are numbers, text, Literals, tuples, mappings or such dataclasses
    yaml_path : file of settings, or None
    assignments : ``key=value``, dotted keys, the value in YAML: ``guidance.gamma=2``
    options : dotted key to value; None means not given

    Raises
    ------
    InterpError
        Naming every unknown key (with the nearest known one, or all that are allowed), wrong type and value
        outside its bounds.
    """
    named = {key: value for key, value in (options or {}).items() if value is not None}
    layers = [
        read_yaml(yaml_path) if yaml_path is not None else {},
        *[_nested(*_split_assignment(item)) for item in assignments],
        *[_nested(key, value) for key, value in named.items()],
    ]
    merged: dict[str, Any] = {}
    for layer in layers:
        merged = _merge(merged, layer)
    from_line = ["command line"] if assignments or named else []
    where = " and ".join([str(yaml_path)] * (yaml_path is not None) + from_line) or "settings"
    return settings_from(cls, merged, where)


def settings_from(cls: type[Settings], mapping: Mapping[str, Any], where: str) -> Settings:
    """Settings from a mapping, strictly; see `resolve`.

    Raises
    ------
    InterpError
        With all mistakes in one line.
    """
    problems: list[str] = []
    settings = _build(cls, mapping, "", problems, _all_keys(cls))
    if problems:
        count = f"{len(problems)} mistakes: " if len(problems) > 1 else ""
        more = "; ..." if len(problems) > MOST_TOLD else ""
        raise InterpError(f"{where}: {count}{'; '.join(problems[:MOST_TOLD])}{more}")
    assert settings is not None
    return settings


def mapping_of(settings: Any) -> dict[str, Any]:
    """Plain mapping of settings, such as `settings_from` reads back equal."""
    return {f.name: _plain(getattr(settings, f.name)) for f in dataclasses.fields(settings)}


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        return mapping_of(value)
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, Path) else value


def _build(
    cls: type[Settings], mapping: Any, prefix: str, problems: list[str], known: Sequence[str]
) -> Settings | None:
    if not isinstance(mapping, Mapping):
        problems.append(f"{prefix.rstrip('.')}: {shown(mapping)} is not a group of settings")
        return None
    hints = get_type_hints(cls)
    names = [f.name for f in dataclasses.fields(cls)]  # type: ignore[arg-type]
    unknown = [key for key in mapping if key not in names]
    beside = [f"{prefix}{name}" for name in names]
    problems.extend(_unknown(f"{prefix}{key}"[:LONGEST_KEY], beside, known) for key in unknown[:MOST_TOLD])
    problems.extend([f"{len(unknown) - MOST_TOLD} more unknown settings"] * (len(unknown) > MOST_TOLD))
    values = {}
    for name in names:
        if name in mapping:
            before = len(problems)
            value = _convert(hints[name], mapping[name], f"{prefix}{name}", problems, known)
            if len(problems) == before:
                values[name] = value
    required = [
        f.name
        for f in dataclasses.fields(cls)  # type: ignore[arg-type]
        if f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING
    ]
    missing = [name for name in required if name not in mapping]
    problems.extend(f"{prefix}{name}: is missing, give {_in_words(hints[name])}" for name in missing)
    return _construct(cls, values, prefix, problems) if values.keys() >= {*required} else None


def _construct(
    cls: type[Settings], values: Mapping[str, Any], prefix: str, problems: list[str]
) -> Settings | None:
    try:
        return cls(**values)
    except InterpError as error:
        group = prefix.rstrip(".")
        named = not group or str(error).startswith(group)
        problems.append(str(error) if named else f"{group}: {error}")
        return None


def _convert(annotation: Any, value: Any, key: str, problems: list[str], known: Sequence[str]) -> Any:
    """Value as its annotation wants it; a mistake goes to ``problems``."""
    if dataclasses.is_dataclass(annotation):
        return _build(annotation, value, f"{key}.", problems, known)  # type: ignore[arg-type]
    origin = get_origin(annotation)
    if origin in (Union, types.UnionType):
        return _convert_union(get_args(annotation), value, key, problems, known)
    if origin is tuple:
        return _convert_tuple(get_args(annotation), value, key, problems, known)
    if origin is not None and _is_kind_of(origin, Mapping):
        return _convert_mapping(get_args(annotation)[1], value, key, problems, known)
    return _convert_scalar(annotation, value, key, problems)


def _is_kind_of(candidate: Any, parent: type) -> bool:
    """Whether a candidate is a class derived from ``parent``; False for what is no class (Literal)."""
    return isinstance(candidate, type) and issubclass(candidate, parent)


def _convert_union(
    options: tuple[Any, ...], value: Any, key: str, problems: list[str], known: Sequence[str]
) -> Any:
    if value is None and types.NoneType in options:
        return None
    attempts: list[list[str]] = []
    for option in (o for o in options if o is not types.NoneType):
        attempts.append([])
        converted = _convert(option, value, key, attempts[-1], known)
        if not attempts[-1]:
            return converted
    problems.extend(attempts[0] if len(attempts) == 1 else [_mismatch(key, value, options)])
    return None


def _convert_tuple(
    items: tuple[Any, ...], value: Any, key: str, problems: list[str], known: Sequence[str]
) -> tuple[Any, ...]:
    if not isinstance(value, list | tuple):
        problems.append(f"{key}: {shown(value)} is not a list; write [a, b]")
        return ()
    open_ended = len(items) == 2 and items[1] is Ellipsis
    if not open_ended and len(value) != len(items):
        problems.append(f"{key}: holds {len(value)} values, {len(items)} are needed")
        return ()
    wanted = [items[0]] * len(value) if open_ended else list(items)
    return tuple(
        _convert(annotation, item, f"{key}[{i}]", problems, known)
        for i, (annotation, item) in enumerate(zip(wanted, value, strict=True))
    )


def _convert_mapping(
    annotation: Any, value: Any, key: str, problems: list[str], known: Sequence[str]
) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        problems.append(f"{key}: {shown(value)} is not a mapping; write name: value")
        return {}
    return {
        str(name): _convert(annotation, item, f"{key}.{name}", problems, known)
        for name, item in value.items()
    }


def _convert_scalar(annotation: Any, value: Any, key: str, problems: list[str]) -> Any:
    choices = choices_of(annotation)
    if choices and value in choices and not isinstance(value, bool):
        return value
    if annotation is bool and isinstance(value, str) and value.lower() in TRUE_WORDS + FALSE_WORDS:
        return value.lower() in TRUE_WORDS
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if annotation is float and is_number and _is_finite(value):
        return float(value)
    if annotation is int and is_number and (isinstance(value, int) or value.is_integer()):
        return int(value)
    if annotation is Path and isinstance(value, str):
        return path_from_text(value)
    if annotation in (bool, str, Path) and isinstance(value, annotation):
        return value
    problems.append(_mismatch(key, value, (annotation,)))
    return None


def _is_finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number beyond all floats
        return False


def _mismatch(key: str, value: Any, wanted: Sequence[Any]) -> str:
    return f"{key}: {shown(value)} is not {' or '.join(_in_words(annotation) for annotation in wanted)}"


def _in_words(annotation: Any) -> str:
    words = {
        int: "a whole number",
        float: "a finite number",
        bool: "true or false",
        str: "text (write it in quotes)",
        Path: "a path",
        types.NoneType: "null",
    }
    choices = choices_of(annotation)
    return f"one of {', '.join(map(str, choices))}" if choices else words.get(annotation, "a list")


def _unknown(key: str, beside: Sequence[str], known: Sequence[str]) -> str:
    last = key.rpartition(".")[2]
    near = _nearest(last, beside) or _nearest(last, known)
    remedy = f"did you mean {near}?" if near else f"allowed: {', '.join(beside)}"
    return f"{key}: unknown setting, {remedy}"


def _nearest(last: str, known: Sequence[str]) -> str | None:
    """The known key whose last part is most like this one; the first of several."""
    by_last = {name.rpartition(".")[2]: name for name in reversed(known)}
    near = nearest(last, by_last)
    return by_last[near] if near else None


def _all_keys(cls: Any, prefix: str = "") -> list[str]:
    hints = get_type_hints(cls)
    keys = []
    for f in dataclasses.fields(cls):
        keys.append(f"{prefix}{f.name}")
        if dataclasses.is_dataclass(hints[f.name]):
            keys.extend(_all_keys(hints[f.name], f"{prefix}{f.name}."))
    return keys


def _split_assignment(item: str) -> tuple[str, Any]:
    key, equals, text = item.partition("=")
    if not equals or not key.strip():
        raise InterpError(f"--set {item}: is not key=value; write for example --set guidance.gamma=2")
    return key.strip(), parse_yaml(text, f"--set {item}")


def _nested(key: str, value: Any) -> dict[str, Any]:
    nested: Any = value
    for part in reversed(key.split(".")):
        nested = {part: nested}
    return dict(nested)


def _merge(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for key, value in above.items():
        old = merged.get(key)
        both = isinstance(old, Mapping) and isinstance(value, Mapping)
        merged[key] = _merge(old, value) if both else value  # type: ignore[arg-type]
    return merged
