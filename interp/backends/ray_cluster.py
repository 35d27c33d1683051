"""A Ray cluster: a running one that is joined by its address, or one started on this machine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic

from interp.backends.contract import Done, Job, Result
from masks.errors import InterpError

# A job whose node or worker died is run elsewhere, this often.
RETRIES = 3


class RayCluster(Generic[Job, Result]):
    """See `Backend`.

    Parameters
    ----------
    function : what each task does
    address : of a running cluster (``auto``, ``host:6379``, ``ray://host:10001``); None starts one here
    cpus, gpus : share of a node that one task takes

    Raises
    ------
    InterpError
        When Ray is not installed, or the address does not answer.
    """

    def __init__(
        self,
        function: Callable[[Job], Result],
        address: str | None = None,
        cpus: float = 1.0,
        gpus: float = 0.0,
    ) -> None:
        self._ray = ray = _import_ray()
        self._cpus, self._gpus = cpus, gpus
        self._ours = not ray.is_initialized()
        if self._ours:
            try:
                ray.init(address=address, log_to_driver=False, logging_level="error", include_dashboard=False)
            except (ConnectionError, ValueError, RuntimeError) as error:
                raise InterpError(
                    f"--address {address}: no Ray cluster answers ({_first_line(error)}); start one with "
                    "`ray start --head`, or leave --address out"
                ) from error
        task = ray.remote(num_cpus=cpus, num_gpus=gpus, max_retries=RETRIES)
        self._task = task(_with_threads)
        self._function = ray.put((function, max(1, int(cpus))))
        self._running: dict[Any, Job] = {}
        self._require_share()

    @property
    def workers(self) -> int:
        """Tasks that the cluster's nodes have room for now."""
        nodes = [node["Resources"] for node in self._ray.nodes() if node["Alive"]]
        return max(1, sum(self._tasks_of(node) for node in nodes))

    def has_room(self) -> bool:
        """Whether fewer jobs run than there is room for, and one more, so that no node waits."""
        return len(self._running) <= self.workers

    def submit(self, job: Job) -> None:
        """Queue a task."""
        self._running[self._task.remote(self._function, job)] = job

    def collect(self) -> Done[Job, Result]:
        """What the first task to end made, or that its worker died once too often."""
        ready, _ = self._ray.wait(list(self._running), num_returns=1)
        job = self._running.pop(ready[0])
        try:
            return Done(job, self._ray.get(ready[0]))
        except self._ray.exceptions.RayTaskError as error:
            raise error.cause from error
        except self._ray.exceptions.RayError as error:
            return Done(job, None, f"its worker or node died ({_first_line(error)})")

    def close(self) -> None:
        """Cancel what runs; a cluster that was started here ends, one that was joined goes on."""
        for task in self._running:
            self._ray.cancel(task, force=True)
        self._running.clear()
        if self._ours:
            self._ray.shutdown()

    def _tasks_of(self, resources: dict[str, float]) -> int:
        shares = [(resources.get("CPU", 0.0), self._cpus), (resources.get("GPU", 0.0), self._gpus)]
        return min(int(has // needs) for has, needs in shares if needs > 0)

    def _require_share(self) -> None:
        alive = [node["Resources"] for node in self._ray.nodes() if node["Alive"]]
        if not any(self._tasks_of(node) for node in alive):
            self.close()
            raise InterpError(
                f"--cpus {self._cpus:g} --gpus {self._gpus:g}: no node of the cluster has that; ask for less"
            )


def _with_threads(function_and_threads: tuple[Callable[[Job], Result], int], job: Job) -> Result:
    import torch

    function, threads = function_and_threads
    torch.set_num_threads(threads)
    return function(job)


def _import_ray() -> Any:
    try:
        import ray
    except ImportError as error:
        raise InterpError("--backend ray: Ray is not installed; pip install 'interp-speech[ray]'") from error
    return ray


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
