"""Which cells of the target ask: named sets of queries, per attention layer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from jaxtyping import Bool, Float
from torch import Tensor

from masks.errors import InterpError


@dataclass(frozen=True)
class QuerySets:
    """Named weights over the queries of every style attention layer of the model.

    Parameters
    ----------
    sets : per layer of the model, name -> weights (batch, queries of that layer) in [0, 1]; 0 on padding.
        Names: ``pitch``, ``rest``, ``all``; in temp also ``span1``, ``span1.pitch``, ``span1.rest``, and
        the same of ``span2``
    usable : (layers of the model, batch) bool, or None for all: False where pitch covers so many rows of the
        layer's grid that telling pitch queries from the rest means nothing there
    """

    sets: tuple[Mapping[str, Float[Tensor, "batch _"]], ...]
    usable: Bool[Tensor, "layers batch"] | None = None

    def of_layer(self, layer: int, name: str) -> Float[Tensor, "batch queries"]:
        """Weights of the set `name` in one layer.

        Raises
        ------
        InterpError
            when the mode at hand has no such set
        """
        known = self.sets[layer]
        if name not in known:
            raise InterpError(
                f"objective: queries '{name}' do not exist in this mode (there are: {', '.join(known)}); "
                "choose the objective that fits the mode (--objective matched for freq, temp for temp)"
            )
        return known[name]
