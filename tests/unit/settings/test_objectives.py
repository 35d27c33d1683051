"""Tables of objectives: every shipped one loads, and every mistake in one is named."""

from __future__ import annotations

import pytest

from guidance.objectives import Term
from interp.settings.objectives import load_objective, objective_names, objective_of_table
from interp.settings.strict_yaml import parse_yaml, read_yaml
from interp.system.shipped import data_path
from masks.errors import InterpError

FOLDER = data_path("configs/objectives")


def read(text):
    return objective_of_table("mine", parse_yaml(text, "mine.yaml"), "mine.yaml")


def test_the_shipped_tables_are_there_and_load():
    names = objective_names(FOLDER)
    assert set(names) >= {"matched", "sequential", "simultaneous", "temp"}
    for name in names:
        assert load_objective(name, FOLDER, read_yaml).name == name


def test_unknown_objective_names_the_nearest():
    with pytest.raises(InterpError, match=r"no table 'mached'.*did you mean 'matched'\? Change --objective$"):
        load_objective("mached", FOLDER, read_yaml)
    with pytest.raises(InterpError, match=r"allowed: matched, .*, temp\. Change --objective$"):
        load_objective("zzz", FOLDER, read_yaml)


def test_terms_fall_into_their_windows():
    table = read(
        "sums: linear\n"
        "every_window: [{queries: all, groups: [ref1]}]\n"
        "window_2: [{queries: pitch, groups: [ref2.pitch], want: less, coefficient: gamma},\n"
        "           {queries: rest, groups: [ref2], against: [ref1], coefficient: 1e-1, average: log}]\n"
    )
    always = Term("all", ("ref1",))
    assert table.terms(1) == (always,)
    assert table.terms(2) == (
        always,
        Term("pitch", ("ref2.pitch",), want="less", times_gamma=True),
        Term("rest", ("ref2",), ("ref1",), coefficient=0.1, average="log"),
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "sums: log\nwindow_3: []",
            "unknown 'window_3', did you mean 'window_[12]'",
        ),
        ("every_window: [{queries: all, groups: [ref1]}]", "sums is None, allowed: log, linear"),
        ("sums: log", "no terms"),
        ("sums: log\nwindow_1: all", "window_1: 'all' is no list of terms"),
        ("sums: log\nwindow_1: [all]", "window_1, term 1: 'all' is no mapping"),
        ("sums: log\nwindow_1: [{groups: [ref1]}]", "term 1: queries is None"),
        ("sums: log\nwindow_1: [{queries: all, groups: ref1}]", "groups is 'ref1', allowed: a list"),
        ("sums: log\nwindow_1: [{queries: all, groups: [ref1], against: []}]", r"against is \[\]"),
        (
            "sums: log\nwindow_1: [{queries: all, groups: [ref1], want: most}]",
            "want is 'most', allowed: more, less",
        ),
        ("sums: log\nwindow_1: [{queries: all, groups: [ref1], average: max}]", "average is 'max'"),
        ("sums: log\nwindow_1: [{queries: all, groups: [ref1], coefficient: -1}]", "coefficient is -1"),
        ("sums: log\nwindow_1: [{queries: all, groups: [ref1], coefficient: true}]", "coefficient is True"),
        ("sums: log\nwindow_1: [{queries: all, groups: [ref1], coefficient: beta}]", "coefficient is 'beta'"),
        (
            "sums: log\nwindow_1: [{queries: all, groups: [ref1], wants: more}]",
            "unknown 'wants', did you mean 'want'",
        ),
    ],
)
def test_mistakes_are_named(text, said):
    with pytest.raises(InterpError, match=f"mine.yaml.*({said})"):
        read(text)


def test_all_mistakes_come_at_once():
    with pytest.raises(InterpError, match=r"sums is 'logs'.*unknown 'qeries'.*queries is None.*want is 'x'"):
        read(
            "sums: logs\n"
            "window_1: [{qeries: all, groups: [ref1]}]\n"
            "window_2: [{queries: a, groups: [b], want: x}]"
        )
