"""What one condition found and another needs again: the latest results, by what decides them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Kept(Generic[Value]):
    """The latest `most` values by key."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._values: OrderedDict[Hashable, Value] = OrderedDict()

    def values(
        self, keys: Sequence[Hashable], make: Callable[[Sequence[int]], Sequence[Value]]
    ) -> list[Value]:
        """The values of all keys, in order.

        Parameters
        ----------
        make : gives the values of the keys at these positions, called once with those not there, each
            key at its first position
        """
        missing: dict[Hashable, int] = {}
        for i, key in enumerate(keys):
            if key not in self._values:
                missing.setdefault(key, i)
        made = dict(zip(missing, make(list(missing.values())), strict=True)) if missing else {}
        found = [made[key] if key in made else self._values[key] for key in keys]
        for key, value in zip(keys, found, strict=True):
            self._values[key] = value
            self._values.move_to_end(key)
        while len(self._values) > self.most:
            self._values.popitem(last=False)
        return found
