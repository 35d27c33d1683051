"""The first cases of every kind of the campaign that `make fuzz` runs in full."""

import warnings
from importlib import import_module

import pytest
from campaign import MODULES, load_kinds
from kinds import run_case

CASES = {
    "audio": 25,
    "text": 12,
    "yaml": 60,
    "checkpoint": 20,
    "pickle": 12,
    "command": 10,
    "disk": 15,
    "signal": 3,
}


def test_every_kind_has_a_short_run():
    assert set(CASES) == set(MODULES)
    assert sum(import_module(f"hostile_{module}").KIND.share for module in MODULES.values()) == pytest.approx(
        1.0
    )


@pytest.mark.parametrize("name", MODULES)
def test_no_case_breaks_a_rule(name, tmp_path):
    kind = load_kinds(name)[name]
    (tmp_path / "shared").mkdir()
    with warnings.catch_warnings():
        # A child is forked to be killed; torch makes tensors that it calls deprecated.
        warnings.filterwarnings("ignore", "This process .* is multi-threaded", DeprecationWarning)
        shared = kind.prepare(tmp_path / "shared")
        for number in range(CASES[name]):
            run_case(kind, number, shared, tmp_path / f"case{number}")
