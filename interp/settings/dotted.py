"""One combination as checked settings; `tau` stands for the ends of both windows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from interp.settings.resolve import settings_from
from interp.settings.synth import SynthSettings
from masks.errors import InterpError

TAU = "tau"
WINDOW_ENDS = ("guidance.t_tal1", "guidance.t_tal2")


def settings_of(base: Mapping[str, Any], chosen: Mapping[str, Any], where: str) -> SynthSettings:
    """Settings: defaults < base < what a combination chooses.

    Parameters
    ----------
    base : nested or dotted names
    chosen : dotted names, as ``--set`` takes them, and ``tau``: [t_tal1, t_tal2]

    Raises
    ------
    InterpError
        With all mistakes in one line, unknown names with the nearest known one.
    """
    nested: dict[str, Any] = {}
    for layer in (base, chosen):
        for key, value in _without_tau(layer, where).items():
            _put(nested, str(key), value, where)
    return settings_from(SynthSettings, nested, where)


def _without_tau(layer: Mapping[str, Any], where: str) -> dict[str, Any]:
    if TAU not in layer:
        return dict(layer)
    ends = layer[TAU]
    if not isinstance(ends, list | tuple) or len(ends) != len(WINDOW_ENDS):
        raise InterpError(f"{where}: tau: {ends!r} is not a pair of window ends; write [t_tal1, t_tal2]")
    clash = [key for key in WINDOW_ENDS if key in layer]
    if clash:
        raise InterpError(f"{where}: tau and {clash[0]}: both are given; give one of them")
    rest = {key: value for key, value in layer.items() if key != TAU}
    return {**rest, **dict(zip(WINDOW_ENDS, ends, strict=True))}


def _put(nested: dict[str, Any], key: str, value: Any, where: str) -> None:
    """Set a dotted key, a group of settings name by name."""
    if isinstance(value, Mapping):
        for name, item in value.items():
            _put(nested, f"{key}.{name}", item, where)
        return
    *groups, last = key.split(".")
    for group in groups:
        nested = nested.setdefault(group, {})
        if not isinstance(nested, dict):
            raise InterpError(f"{where}: {key}: {group} is a single value, not a group; give one of the two")
    nested[last] = value
