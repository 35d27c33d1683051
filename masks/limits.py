"""What a setting may be: bounds written beside the default, checked wherever the setting is made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import Field, dataclass, field, fields
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from masks.errors import InterpError
from masks.shown import shown

# A whole number may be beyond all floats.
LARGEST_SHOWN = 1e300


@dataclass(frozen=True)
class Bounds:
    """Closed interval, or open below where ``above`` is set."""

    low: float | None = None
    high: float | None = None
    above: float | None = None

    def allow(self, value: float) -> bool:
        """Whether a value lies inside; NaN does not."""
        return (
            (self.low is None or value >= self.low)
            and (self.high is None or value <= self.high)
            and (self.above is None or value > self.above)
            and value == value
            and abs(value) != float("inf")
        )

    def __str__(self) -> str:
        """What is allowed, in words."""
        low, high, above = (_number(bound) for bound in (self.low, self.high, self.above))
        within = f"{low} to {high}" if low and high else f"{low} or more" if low else high and f"up to {high}"
        return (
            " and ".join(part for part in (above and f"above {above}", within) if part) or "a finite number"
        )


def _number(bound: float | None) -> str:
    """A whole number in full, however large; nothing where there is no bound."""
    return "" if bound is None else str(bound) if isinstance(bound, int) else f"{bound:g}"


def limited(
    default: Any, *, low: float | None = None, high: float | None = None, above: float | None = None
) -> Any:
    """Dataclass field with bounds; None is allowed where the field's type has it."""
    return field(default=default, metadata={"bounds": Bounds(low, high, above)})


def bounds_of(a_field: Field[Any]) -> Bounds | None:
    """Bounds of a dataclass field, None where it has none."""
    return a_field.metadata.get("bounds")


def choices_of(annotation: Any) -> tuple[Any, ...]:
    """Values of a Literal annotation, or of one that may be None as well; empty for any other."""
    if get_origin(annotation) in (Union, UnionType):
        options = [option for option in get_args(annotation) if option is not NoneType]
        return choices_of(options[0]) if len(options) == 1 else ()
    return get_args(annotation) if get_origin(annotation) is Literal else ()


class Limited:
    """A settings dataclass whose only checks are those of its fields."""

    def __post_init__(self) -> None:
        """Check every field; see `require_limits`."""
        require_limits(self)


def require_limits(settings: Any, contradictions: Sequence[str] = ()) -> None:
    """Check every field of a settings dataclass against its bounds and its Literal; for ``__post_init__``.

    Raises
    ------
    InterpError
        Naming every field that is outside, what was found and what is allowed; with what the settings
        themselves found to contradict each other.
    """
    hints = get_type_hints(type(settings))
    found = [_problem(f, hints[f.name], getattr(settings, f.name)) for f in fields(settings)]
    problems = [*(problem for problem in found if problem), *contradictions]
    if problems:
        raise InterpError("; ".join(problems))


def _problem(a_field: Field[Any], annotation: Any, value: Any) -> str | None:
    choices, bounds = choices_of(annotation), bounds_of(a_field)
    if choices and value not in choices and not (value is None and NoneType in get_args(annotation)):
        return f"{a_field.name}: {shown(value)} is not one of {', '.join(map(str, choices))}"
    if bounds and isinstance(value, int | float) and not bounds.allow(value):
        found = f"{value:g}" if abs(value) < LARGEST_SHOWN else shown(value)
        return f"{a_field.name}: {found} is not allowed, it must be {bounds}"
    return None
