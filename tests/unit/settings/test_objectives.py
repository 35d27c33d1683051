"""Tables of objectives: every shipped one loads, and every mistake in one is named."""

from __future__ import annotations

import pytest

from guidance.terms import Term
from interp.settings.objectives import load_objective
from interp.system.shipped import data_path
from masks.errors import InterpError

FOLDER = data_path("configs/objectives")


@pytest.fixture
def read(tmp_path):
    def written(text):
        (tmp_path / "mine.yaml").write_text(text)
        return load_objective("mine", tmp_path)

    return written


def test_the_shipped_tables_are_there_and_load():
    names = {path.stem for path in FOLDER.glob("*.yaml")}
    assert names >= {"matched", "sequential", "simultaneous", "temp"}
    for name in names:
        assert load_objective(name, FOLDER).name == name


def test_unknown_objective_names_the_nearest():
    with pytest.raises(InterpError, match=r"no table 'mached'.*did you mean matched\? Change --objective$"):
        load_objective("mached", FOLDER)
    with pytest.raises(InterpError, match=r"allowed: matched, .*, temp\. Change --objective$"):
        load_objective("zzz", FOLDER)


def test_terms_fall_into_their_windows(read):
    table = read(
        "sums: linear\n"
        "windows: [0.3, 1]\n"
        "every_window: [{queries: all, groups: [ref1]}]\n"
        "window_2: [{queries: pitch, groups: [ref2.pitch], want: less, coefficient: gamma},\n"
        "           {queries: rest, groups: [ref2], against: [ref1], coefficient: 1e-1, average: log}]\n"
    )
    assert table.windows == (0.3, 1.0)
    always = Term("all", ("ref1",))
    assert table.terms(1) == (always,)
    assert table.terms(2) == (
        always,
        Term("pitch", ("ref2.pitch",), want="less", coefficient="gamma"),
        Term("rest", ("ref2",), ("ref1",), coefficient=0.1, average="log"),
    )


TERM = "sums: log\nwindow_1: [{queries: all, groups: [ref1], %s}]"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("sums: log\nwindow_3: []", "window_3: unknown setting, did you mean window_[12]"),
        ("every_window: [{queries: all, groups: [ref1]}]", "sums: is missing, give one of log, linear"),
        ("sums: log", "no terms"),
        ("sums: log\nwindow_1: all", "window_1: 'all' is not a list"),
        ("sums: log\nwindow_1: [all]", r"window_1\[0\]: 'all' is not a group of settings"),
        ("sums: log\nwindow_1: [{groups: [ref1]}]", r"window_1\[0\].queries: is missing, give text"),
        ("sums: log\nwindow_1: [{queries: all, groups: ref1}]", r"\[0\].groups: 'ref1' is not a list"),
        ("sums: log\nwindow_1: [{queries: all, groups: []}]", r"window_1\[0\]: groups: none; name some"),
        (TERM % "want: most", "want: 'most' is not one of more, less"),
        (TERM % "average: max", "average: 'max' is not one of mass, log"),
        (TERM % "coefficient: -1", "coefficient: -1 is not allowed, it must be 0 or more"),
        (TERM % "coefficient: true", "coefficient: True is not a finite number or one of gamma"),
        (TERM % "coefficient: beta", "coefficient: 'beta' is not"),
        (TERM % "wants: more", r"\[0\].wants: unknown setting, did you mean window_1\[0\].want\?"),
        (TERM % "want: more" + "\nwindows: [0.4, 0.2]", "t_tal1 0.4 is after t_tal2 0.2"),
    ],
)
def test_mistakes_are_named(read, text, said):
    with pytest.raises(InterpError, match=f"mine.yaml.*({said})"):
        read(text)


def test_all_mistakes_come_at_once(read):
    said = r"4 mistakes: sums: 'logs'.*\.qeries: unknown.*\.queries: is missing.*\.want: 'x'"
    with pytest.raises(InterpError, match=said):
        read(
            "sums: logs\n"
            "window_1: [{qeries: all, groups: [ref1]}]\n"
            "window_2: [{queries: a, groups: [b], want: x}]"
        )
