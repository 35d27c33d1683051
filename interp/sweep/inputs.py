"""What can be known of sentences, references, checkpoints and devices before anything is spoken."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from interp.audio.read import load_reference
from interp.sweep.point import Point
from interp.system.device import choose_device
from interp.system.shipped import checkpoint_path
from interp.text.frontend import phonemize, split_sentences
from interp.vocoders.choose import make_vocoder
from masks.errors import InterpError
from masks.grid import MelGrid


def check_inputs(points: Sequence[Point], where: str) -> None:
    """Check each different text, recording, checkpoint, device and vocoder once.

    Raises
    ------
    InterpError
        With everything that will not do, in one line.
    """
    grid = MelGrid()
    checks: list[tuple[Callable[..., object], Iterable[object]]] = [
        (_speakable, (p.text for p in points)),
        (lambda path: load_reference(path, grid), (r for p in points for r in (p.ref1, p.ref2))),
        (checkpoint_path, (p.settings.checkpoint for p in points)),
        (choose_device, (p.settings.device for p in points)),
        (lambda name: make_vocoder(name, grid), (p.settings.vocoder for p in points)),
    ]
    said = [line for check, values in checks for line in _complaints(check, values)]
    if said:
        raise InterpError(f"{where}: {'; '.join(said)}")


def _complaints(check: Callable[..., object], values: Iterable[object]) -> list[str]:
    said = []
    for value in dict.fromkeys(values):
        try:
            check(value)
        except InterpError as error:
            said.append(str(error))
    return said


def _speakable(text: str) -> None:
    for part in split_sentences(text):
        phonemize(part)
