"""What a user can set about the tuning of the noise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from masks.errors import InterpError
from masks.limits import limited, require_limits

Scope = Literal["step", "initial", "trajectory"]
TargetCellsName = Literal["static", "x0"]
Sums = Literal["log", "linear"]
LayerChoice = Literal["middle", "second-half"]
MIDDLE: LayerChoice = "middle"
SECOND_HALF: LayerChoice = "second-half"
LAYER_CHOICES = (MIDDLE, SECOND_HALF)


@dataclass(frozen=True)
class GuidanceSettings:
    """Settings of the noise tuning, checked as they are made.

    Parameters
    ----------
    enabled : False leaves the noise as it is drawn
    objective : name of a table in ``configs/objectives``; ``matched`` for freq, ``temp`` for temp
    scope : ``step`` tunes the normal behind every x_t inside the windows; ``initial`` that of x_T alone, by
        the masses at the first evaluation or along `lookahead` more; ``trajectory`` all normals up to the end
        of the windows together, by the masses at every evaluation inside them
    gamma : weight of the rest terms against the pitch terms
    t_tal1, t_tal2 : ends of the two windows, in progress (1 - t); None is the objective's own. At 0.42 the
        mass tells which reference an untuned pitch will follow (area under the ROC 0.99; at 0 0.71): little
        is left to choose
    epochs : tuning iterations a step
    step_share : length of a tuning step as a share of the normal's norm. The norm of 4 s is 166, so the
        default is 3.3 sigma there. A share rather than sigmas, because the distance between two outcomes
        grows with the length of the sentence as the norm does. 0 tunes nothing.
    max_halvings : how often a step that does not lower the loss is halved before it is given up
    layers : attention layers that are read: the middle one, the second half, or their indices. The pass that
        finds the gradient ends after the last of them
    lookahead : scope ``initial`` only: how many further sampler steps the masses are read along; steps past
        the windows are not read
    target_cells : pitch cells of the target: ``static``, the band of reference 1's F0, or ``x0``, near the
        harmonics of the clean mel as the step before predicted it; scope ``step`` only
    x0_from : progress from which ``x0`` cells take the place of the static ones
    sums : None keeps the table's own; ``log`` or ``linear`` replaces it

    Raises
    ------
    InterpError
        for values out of range, all of them at once
    """

    enabled: bool = True
    objective: str = "matched"
    scope: Scope = "step"
    gamma: float = limited(1.0, low=0, high=1_000_000)
    t_tal1: float | None = limited(None, low=0, high=1)
    t_tal2: float | None = limited(None, low=0, high=1)
    epochs: int = limited(1, low=1, high=1000)
    step_share: float = limited(0.02, low=0, high=1)
    max_halvings: int = limited(3, low=0, high=16)
    layers: LayerChoice | tuple[int, ...] = MIDDLE
    lookahead: int = limited(0, low=0, high=1000)
    target_cells: TargetCellsName = "static"
    x0_from: float = limited(0.05, low=0, high=1)
    sums: Sums | None = None

    def __post_init__(self) -> None:
        """Check every value."""
        require_limits(self, _contradictions(self))


def check_compatible(settings: GuidanceSettings, attend: str) -> None:
    """Refuse hard masking together with tuning.

    Closed groups have mass exactly 0 whatever the noise, so nothing could be tuned. Soft weights are fine.

    Raises
    ------
    InterpError
        when guidance is enabled and `attend` is ``masked``
    """
    if settings.enabled and attend == "masked":
        raise InterpError(
            "attend: 'masked' fixes the attention masses, so tuning the noise could change nothing; "
            "allowed with tuning: joint, weighted; add --no-guidance or choose --attend joint"
        )


def _contradictions(s: GuidanceSettings) -> list[str]:
    said = []
    if s.target_cells == "x0" and s.scope != "step":
        said.append(
            f"target_cells: 'x0' with scope {s.scope!r}, which predicts no clean mel beforehand; "
            "choose --scope step or target_cells static"
        )
    if s.lookahead and s.scope != "initial":
        said.append(f"lookahead: {s.lookahead} with scope {s.scope!r}; it needs --scope initial, or be 0")
    indices = s.layers if isinstance(s.layers, tuple) else ()
    if s.layers not in LAYER_CHOICES and (not indices or len({*indices}) < len(indices) or min(indices) < 0):
        said.append(
            f"layers: {s.layers!r} is not {' or '.join(LAYER_CHOICES)}, or different layer indices from 0; "
            "set --layers accordingly"
        )
    return said
