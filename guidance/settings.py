"""What a user can set about the tuning of the noise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from guidance.windows import Windows
from masks.errors import InterpError

Scope = Literal["step", "initial", "trajectory"]
TargetCellsName = Literal["static", "x0"]
Sums = Literal["log", "linear"]
SCOPES = ("step", "initial", "trajectory")
TARGET_CELLS = ("static", "x0")
SUMS = ("log", "linear")
LayerChoice = Literal["middle", "second-half"]
MIDDLE: LayerChoice = "middle"
SECOND_HALF: LayerChoice = "second-half"
LAYER_CHOICES = (MIDDLE, SECOND_HALF)
# Window ends where none are set. Where both references speak at once, the pitch of all is chosen in the first
# steps, and more of them overshoot; halves that are to differ take longer.
DEFAULT_ENDS = (0.1, 0.2)
ENDS_OF_OBJECTIVE = {"temp": (0.2, 0.45)}


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
    gamma : weight of the rest terms against the pitch terms, 0 or more
    t_tal1, t_tal2 : ends of the two windows, in progress (1 - t); None is the objective's own: 0.1 and 0.2,
        for ``temp`` 0.2 and 0.45. At 0.42 the mass foretells which reference an untuned pitch will follow
        (area under the ROC 0.99; at 0 0.71): little is left to choose
    epochs : tuning iterations a step, 1 or more
    step_share : length of a tuning step as a share of the normal's norm, in [0, 1]. The norm of 4 s is
        166, so the default is 3.3 sigma there. A share rather than sigmas, because the distance between two
        outcomes grows with the length of the sentence as the norm does. 0 tunes nothing.
    max_halvings : how often a step that does not lower the loss is halved before it is given up, 0 to 16
    layers : attention layers that are read: the middle one, the second half, or their indices. The pass that
        finds the gradient ends after the last of them
    lookahead : scope ``initial`` only: how many further sampler steps the masses are read along, 0 or more;
        steps past the windows are not read
    target_cells : pitch cells of the target: ``static``, the band of reference 1's F0, or ``x0``, near the
        harmonics of the clean mel as the step before predicted it; scope ``step`` only
    x0_from : progress from which ``x0`` cells take the place of the static ones, in [0, 1]
    sums : None keeps the table's own; ``log`` or ``linear`` replaces it

    Raises
    ------
    InterpError
        for values out of range, all of them at once
    """

    enabled: bool = True
    objective: str = "matched"
    scope: Scope = "step"
    gamma: float = 1.0
    t_tal1: float | None = None
    t_tal2: float | None = None
    epochs: int = 1
    step_share: float = 0.02
    max_halvings: int = 3
    layers: LayerChoice | tuple[int, ...] = MIDDLE
    lookahead: int = 0
    target_cells: TargetCellsName = "static"
    x0_from: float = 0.05
    sums: Sums | None = None

    def __post_init__(self) -> None:
        """Check every value."""
        complaints = [*_number_complaints(self), *_choice_complaints(self)]
        try:
            _ = self.windows
        except InterpError as error:
            complaints.append(str(error))
        if complaints:
            raise InterpError("; ".join(complaints))

    @property
    def windows(self) -> Windows:
        """The two windows of progress, the objective's own where none are set."""
        own = ENDS_OF_OBJECTIVE.get(self.objective, DEFAULT_ENDS)
        asked = (self.t_tal1, self.t_tal2)
        return Windows(*(mine if end is None else end for end, mine in zip(asked, own, strict=True)))


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


def _number_complaints(s: GuidanceSettings) -> list[str]:
    ranges = (
        ("gamma", s.gamma, 0.0, 1e6),
        ("step_share", s.step_share, 0.0, 1.0),
        ("epochs", s.epochs, 1, 1000),
        ("max_halvings", s.max_halvings, 0, 16),
        ("lookahead", s.lookahead, 0, 1000),
        ("x0_from", s.x0_from, 0.0, 1.0),
    )
    return [
        f"guidance: {name} is {value}, allowed: {low:g} to {high:g}; set {name} in that range"
        for name, value, low, high in ranges
        if not low <= value <= high
    ]


def _choice_complaints(s: GuidanceSettings) -> list[str]:
    said = []
    if s.scope not in SCOPES:
        said.append(f"guidance: scope is '{s.scope}', allowed: {', '.join(SCOPES)}; choose one of these")
    if s.sums is not None and s.sums not in SUMS:
        said.append(
            f"guidance: sums is '{s.sums}', allowed: {', '.join(SUMS)}; choose one of these or leave it out"
        )
    if s.target_cells not in TARGET_CELLS:
        said.append(
            f"guidance: target_cells is '{s.target_cells}', allowed: {', '.join(TARGET_CELLS)}; "
            "choose one of these"
        )
    if s.target_cells == "x0" and s.scope != "step":
        said.append(
            f"guidance: target_cells is 'x0' with scope '{s.scope}', which predicts no clean mel beforehand; "
            "choose --scope step or target_cells static"
        )
    if s.lookahead and s.scope != "initial":
        said.append(
            f"guidance: lookahead is {s.lookahead} with scope '{s.scope}'; it needs --scope initial, or be 0"
        )
    if s.layers not in LAYER_CHOICES and not _is_index_list(s.layers):
        said.append(
            f"guidance: layers is {s.layers!r}, allowed: {' or '.join(LAYER_CHOICES)}, "
            "or different layer indices from 0; set --layers accordingly"
        )
    return said


def _is_index_list(layers: object) -> bool:
    return (
        isinstance(layers, tuple)
        and len(layers) > 0
        and all(isinstance(i, int) and not isinstance(i, bool) and i >= 0 for i in layers)
        and len(set(layers)) == len(layers)
    )
