"""Command-line options made from the settings: type, default and bounds stand in one place only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import Field, fields, is_dataclass
from typing import Any, TypeVar, get_args, get_type_hints

import click

from masks.limits import bounds_of, choices_of

Command = TypeVar("Command", bound=Callable[..., Any])
# Option names of click are identifiers; a dotted key travels with its dots replaced.
DOT = "__"


def setting_option(
    cls: type, key: str, *flags: str, says: str, metavar: str | None = None
) -> Callable[[Command], Command]:
    """Option for one setting; None unless given, so that the configuration file can speak.

    Parameters
    ----------
    cls : settings dataclass
    key : dotted name of the setting
    flags : ``--gamma``, ``-g``
    says : help text, to which bounds and default are added
    """
    a_field, annotation = _field_of(cls, key)
    scalar = next((a for a in get_args(annotation) if a is not type(None)), annotation)
    choices = choices_of(annotation)
    scalar = scalar if not choices else annotation
    kind: Any = click.Choice(choices) if choices else scalar if scalar in (int, float) else str
    bounds = bounds_of(a_field)
    facts = [f"{bounds}"] if bounds else []
    if a_field.default is not None:
        facts.append(f"default {a_field.default}")
    return click.option(
        *flags,
        key.replace(".", DOT),
        type=kind,
        default=None,
        metavar=metavar or (None if choices else {int: "N", float: "X"}.get(kind, "TEXT")),
        help=f"{says} [{'; '.join(facts)}]" if facts else says,
    )


def settings_given(values: dict[str, Any]) -> dict[str, Any]:
    """Dotted key to value, from click's arguments."""
    return {name.replace(DOT, "."): value for name, value in values.items()}


def _field_of(cls: type, key: str) -> tuple[Field[Any], Any]:
    head, _, rest = key.partition(".")
    hints = get_type_hints(cls)
    if rest:
        assert is_dataclass(hints[head])
        return _field_of(hints[head], rest)
    return next(f for f in fields(cls) if f.name == head), hints[head]
