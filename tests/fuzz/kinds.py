"""What a kind of hostile case is, and the rules that every case is held to."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from masks.errors import InterpError

CASE_LIMIT_S = 30
LONGEST_MESSAGE = 10_000
CANARY = "canary"


class Hang(BaseException):
    """A case took longer than its limit; no `except Exception` may swallow it."""


class Defect(AssertionError):
    """A case broke a rule without raising by itself."""


@dataclass(frozen=True)
class Kind:
    """One kind of hostile input.

    Parameters
    ----------
    name, says : for the table
    prepare : makes what all cases share, in a folder of its own
    attack : one case: draws it, makes its files in an empty folder and runs the program on it. It may return
        or raise InterpError; whatever else happens is a defect. Code that runs where none should leaves a
        file called ``canary`` in the folder.
    share : part of all cases of the long run
    """

    name: str
    says: str
    prepare: Callable[[Path], Any]
    attack: Callable[[Random, Any, Path], None]
    share: float


def run_case(kind: Kind, number: int, shared: Any, folder: Path) -> str:
    """``accepted`` or ``refused``; raises what is a defect. The number alone says what the case is."""
    folder.mkdir()
    with time_limit(CASE_LIMIT_S):
        try:
            kind.attack(Random(f"{kind.name} {number}"), shared, folder)
            verdict = "accepted"
        except InterpError as error:
            _check_message(str(error))
            verdict = "refused"
    _check_folder(folder)
    return verdict


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise Hang in the block when it computes for longer: processor time, for a busy machine is no hang.

    A case that waits for ever, or hangs inside C code, is the parent's to end.
    """

    def give_up(*_: object) -> None:
        raise Hang(f"took over {seconds:g} s")

    before = signal.signal(signal.SIGPROF, give_up)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _check_message(message: str) -> None:
    if not message.strip():
        raise Defect("an error without words")
    if len(message) > LONGEST_MESSAGE:
        raise Defect(f"an error of {len(message)} characters: {message[:80]!r}...")


def _check_folder(folder: Path) -> None:
    if (folder / CANARY).exists():
        raise Defect("code in the input was run")
    rubbish = [p.name for p in folder.rglob("*.part")]
    if rubbish:
        raise Defect(f"half-written files are left: {rubbish}")
