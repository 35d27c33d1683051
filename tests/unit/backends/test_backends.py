"""The places where jobs run do the same: results, errors and losses come back, in any order or in order."""

from __future__ import annotations

import os
import time
from itertools import count, islice

import pytest

from interp.backends.in_process import InProcess
from interp.backends.place import Place
from interp.backends.processes import THREAD_VARIABLES, Processes
from interp.backends.run import results_in_order, results_of
from masks.errors import InterpError

HERE, TWO = Place(), Place(workers=2)


def slow_if_even(n):
    time.sleep(0.2 * (n % 2 == 0))
    return -n


def refuses_3(n):
    if n == 3:
        raise InterpError("3 will not do")
    return n


def dies_of_3(n):
    if n == 3:
        os._exit(9)
    return n


def tells_threads(_):
    return [os.environ[name] for name in THREAD_VARIABLES]


@pytest.mark.parametrize("place", [HERE, TWO])
def test_every_job_comes_back_once_with_its_result(place):
    assert sorted(results_of(slow_if_even, range(6), place)) == [(n, -n) for n in range(6)]


@pytest.mark.parametrize("place", [HERE, TWO])
def test_results_can_come_in_the_order_of_jobs_without_end(place):
    assert list(islice(results_in_order(slow_if_even, count(), place), 5)) == [0, -1, -2, -3, -4]


@pytest.mark.parametrize("place", [HERE, TWO])
def test_an_error_of_a_job_is_raised_as_it_was(place):
    with pytest.raises(InterpError, match=r"^3 will not do$"):
        list(results_of(refuses_3, range(9), place))


def test_a_worker_that_dies_loses_its_own_job_alone():
    pool = Processes(2, dies_of_3)
    try:
        for n in (2, 3):
            pool.submit(n)
        found = sorted((pool.collect() for _ in range(2)), key=lambda done: done.job)
        pool.submit(4)
        assert pool.collect().result == 4
    finally:
        pool.close()
    assert (found[0].result, found[0].lost) == (2, None)
    assert (found[1].result, found[1].lost) == (None, "its worker process died (exit code 9)")


def test_a_loss_ends_work_that_has_no_other_use_for_it():
    with pytest.raises(InterpError, match=r"lost: its worker process died \(exit code 9\)"):
        list(results_in_order(dies_of_3, range(9), TWO))


def test_threads_are_set_for_the_workers_and_not_for_us(monkeypatch):
    monkeypatch.delenv(THREAD_VARIABLES[0], raising=False)
    monkeypatch.setenv(THREAD_VARIABLES[1], "5")
    pool = Processes(1, tells_threads, threads=3)
    pool.submit("any job")
    try:
        assert pool.collect().result == ["3"] * len(THREAD_VARIABLES)
    finally:
        pool.close()
    assert THREAD_VARIABLES[0] not in os.environ
    assert os.environ[THREAD_VARIABLES[1]] == "5"


def test_here_a_job_waits_until_it_is_collected():
    seen = []
    backend = InProcess(seen.append)
    backend.submit(1)
    assert not backend.has_room()
    assert seen == []
    backend.collect()
    assert (seen, backend.has_room()) == ([1], True)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"backend": "ray", "workers": 2}, "--workers"),
        ({"address": "auto"}, "only with --backend ray"),
        ({"gpus": 1.0}, "only with --backend ray"),
        ({"backend": "ray", "cpus": 0.0}, "must take something"),
    ],
)
def test_options_of_another_place_are_refused(options, said):
    with pytest.raises(InterpError, match=said):
        Place(**options)
