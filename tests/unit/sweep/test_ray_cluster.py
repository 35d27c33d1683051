"""A Ray cluster of several nodes, one of which is killed; slow, so only with INTERP_TEST_RAY=1."""

import os
from importlib.util import find_spec

import pytest
from sweep_fakes import plan_of, speak, speak_a_second

from interp.backends.in_process import InProcess
from interp.backends.ray_cluster import RayCluster
from interp.sweep.ledger import open_ledger
from interp.sweep.run import run_sweep
from masks.errors import InterpError

HAS_RAY = find_spec("ray") is not None
slow = pytest.mark.skipif(
    not (HAS_RAY and os.environ.get("INTERP_TEST_RAY")),
    reason="a cluster takes half a minute: needs Ray and INTERP_TEST_RAY=1",
)


@pytest.mark.skipif(HAS_RAY, reason="Ray is installed")
def test_without_ray_the_extra_is_named():
    with pytest.raises(InterpError, match=r"interp-speech\[ray\]"):
        RayCluster(speak)


@slow
@pytest.mark.filterwarnings("ignore")
def test_a_node_that_is_killed_costs_only_its_running_points(tmp_path, monkeypatch):
    import ray
    from ray.cluster_utils import Cluster

    fakes = os.path.dirname(__file__)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([fakes, os.environ.get("PYTHONPATH", "")]))
    monkeypatch.setenv("RAY_raylet_start_wait_time_s", "120")  # a busy machine starts nodes slowly
    plan = plan_of(tmp_path)
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1})
    victim = cluster.add_node(num_cpus=1)
    cluster.add_node(num_cpus=1)
    killed = []

    def kill_once(ledger, outcomes):
        if not killed:
            killed.append(ledger.counts()["done"])
            cluster.remove_node(victim, allow_graceful=False)

    try:
        counts = run_sweep(
            plan,
            tmp_path / "ray",
            lambda: RayCluster(speak_a_second, cluster.address),
            on_outcomes=kill_once,
        )
    finally:
        ray.shutdown()
        cluster.shutdown()
    run_sweep(plan, tmp_path / "one", lambda: InProcess(speak))
    assert 0 < killed[0] < 28
    assert counts == {"pending": 0, "running": 0, "done": 28, "failed": 0}
    with open_ledger(tmp_path / "ray") as ray_ledger, open_ledger(tmp_path / "one") as ledger:
        on_ray, here = ray_ledger.rows(), ledger.rows()
    assert [r.figures for r in on_ray] == [r.figures for r in here]
    assert len({r.worker for r in on_ray}) > 1
