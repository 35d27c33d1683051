"""Typed settings: precedence, strictness, all mistakes at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import pytest

from interp.settings.resolve import mapping_of, resolve, settings_from
from masks.errors import InterpError
from masks.limits import limited, require_limits


@dataclass(frozen=True)
class Inner:
    gamma: float = limited(1.0, low=0.0)
    kind: Literal["a", "b"] = "a"

    def __post_init__(self):
        require_limits(self)


@dataclass(frozen=True)
class Outer:
    steps: int = limited(50, low=1)
    rate: float = 1.0
    fast: bool = False
    name: str = "x"
    level: float | None = -23.0
    layers: Literal["half"] | tuple[int, ...] = "half"
    pair: tuple[float, float] = (0.0, 1.0)
    weights: Mapping[str, float] = field(default_factory=dict)
    inner: Inner = field(default_factory=Inner)

    def __post_init__(self):
        require_limits(self)


def from_mapping(**mapping):
    return settings_from(Outer, mapping, "f.yaml")


def test_defaults_yaml_assignments_options_in_this_order(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text("steps: 1\nrate: 1e-4\ninner: {gamma: 2, kind: b}\n")
    settings = resolve(Outer, path, ["inner.gamma=3", "name=yes"], {"steps": 9, "fast": None})
    assert settings == Outer(steps=9, rate=1e-4, name="yes", inner=Inner(3.0, "b"))


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({"rate": 3}, 3.0),
        ({"steps": 4.0}, 4),
        ({"fast": "no"}, False),
        ({"fast": "on"}, True),
        ({"level": None}, None),
        ({"level": -20}, -20.0),
        ({"layers": [1, 2]}, (1, 2)),
        ({"pair": [1, 2]}, (1.0, 2.0)),
        ({"weights": {"a": 1}}, {"a": 1.0}),
    ],
)
def test_conversions(given, wanted):
    found = getattr(from_mapping(**given), next(iter(given)))
    assert found == wanted
    assert type(found) is type(wanted)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"steps": 1.5}, "steps: 1.5 is not a whole number"),
        ({"steps": True}, "steps: True is not a whole number"),
        ({"steps": 0}, "steps: 0 is not allowed, it must be 1 or more"),
        ({"rate": "fast"}, "rate: 'fast' is not a finite number"),
        ({"rate": float("nan")}, "rate: nan is not a finite number"),
        ({"name": 12}, "name: 12 is not text"),
        ({"fast": 1}, "fast: 1 is not true or false"),
        ({"fast": "maybe"}, "fast: 'maybe' is not true or false"),
        ({"rate": None}, "rate: None is not"),
        ({"layers": "third"}, "layers: 'third' is not one of half or a list"),
        ({"pair": [1]}, "pair: holds 1 values, 2 are needed"),
        ({"inner": 3}, "inner: 3 is not a group of settings"),
        ({"inner": {"kind": "c"}}, r"inner\.kind: 'c' is not one of a, b"),
        ({"inner": {"gamma": -1}}, "inner: gamma: -1 is not allowed"),
        ({"stepz": 3}, r"stepz: unknown setting, did you mean steps\?"),
        ({"gama": 3}, r"gama: unknown setting, did you mean inner\.gamma\?"),
        ({"zzz": 3}, "zzz: unknown setting, allowed: steps, rate, .*weights, inner$"),
        ({"inner": {"zzz": 3}}, r"inner\.zzz: unknown setting, allowed: inner\.gamma, inner\.kind$"),
        ({"inner": {"gama": 3}}, r"inner\.gama: unknown setting, did you mean inner\.gamma\?"),
    ],
)
def test_mistakes(given, says):
    with pytest.raises(InterpError, match=says) as caught:
        from_mapping(**given)
    assert str(caught.value).startswith("f.yaml: ")


def test_all_mistakes_at_once():
    with pytest.raises(InterpError) as caught:
        from_mapping(steps=0, rate="x", stepz=1, inner={"gamma": -1, "kindd": "a"})
    said = str(caught.value)
    assert "5 mistakes" in said
    assert all(word in said for word in ("steps: 0", "rate: 'x'", "stepz", "gamma: -1", "inner.kindd"))


def test_assignment_without_equals():
    with pytest.raises(InterpError, match="not key=value"):
        resolve(Outer, None, ["steps"])


def test_mapping_is_read_back():
    settings = Outer(layers=(1, 2), weights={"a": 1.0}, inner=Inner(2.0))
    assert settings_from(Outer, mapping_of(settings), "again") == settings
