"""The choice of a place where jobs run, as options give it."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from interp.backends.contract import Backend, Job, Result
from interp.backends.in_process import InProcess
from interp.backends.processes import THREAD_VARIABLES, Processes
from masks.errors import InterpError

BackendName = Literal["local", "ray"]


@dataclass(frozen=True)
class Place:
    """``workers`` processes of this machine, or a Ray cluster whose tasks take ``cpus`` and ``gpus``.

    Raises
    ------
    InterpError
        For options that belong to the other kind.
    """

    backend: BackendName = "local"
    workers: int = 1
    address: str | None = None
    cpus: float = 1.0
    gpus: float = 0.0

    def __post_init__(self) -> None:
        """Refuse contradictions."""
        if self.backend == "ray" and self.workers != 1:
            raise InterpError(
                "--workers: not with --backend ray, where --cpus and --gpus say how many tasks fit"
            )
        if self.backend == "local" and (self.address is not None or (self.cpus, self.gpus) != (1.0, 0.0)):
            raise InterpError("--address, --cpus, --gpus: only with --backend ray; add it, or leave them out")
        if self.backend == "ray" and self.cpus == self.gpus == 0:
            raise InterpError("--cpus 0 --gpus 0: a task must take something; give one of them a share")

    def open(self, function: Callable[[Job], Result]) -> Backend[Job, Result]:
        """The backend that does a function's jobs there.

        Raises
        ------
        InterpError
            When Ray is not installed or no cluster answers.
        """
        if self.backend == "ray":
            from interp.backends.ray_cluster import RayCluster

            return RayCluster(function, self.address, self.cpus, self.gpus)
        if self.workers == 1:
            return InProcess(function)
        return Processes(self.workers, function, max(1, _threads() // self.workers))


HERE = Place()


def _threads() -> int:
    """Those that this process was given, else one a core."""
    given = os.environ.get(THREAD_VARIABLES[0], "")
    return int(given) if given.isdecimal() else os.cpu_count() or 1
