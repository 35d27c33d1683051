"""A value as an error message quotes it: short, however large or deeply nested it is."""

from __future__ import annotations

from reprlib import Repr
from typing import Any

LONGEST = 60

_repr = Repr()
_repr.maxlevel = 3
_repr.maxstring = _repr.maxlong = _repr.maxother = LONGEST
_repr.maxdict = _repr.maxlist = _repr.maxtuple = 4


def shown(value: Any) -> str:
    """Repr of a value with its middle left out; aliases of YAML can make one of petabytes."""
    try:
        return _repr.repr(value)
    except ValueError:  # Python refuses to write whole numbers of over 4,300 digits
        return f"a {type(value).__name__} too long to show"
