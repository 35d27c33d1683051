"""The list of measures: choice by name, stable keys, and what happens without the extra."""

from pathlib import Path

import pytest

from interp.evaluation import measures as module
from interp.evaluation.measures import GROUPS, MEASURES, Measure, choose, measure
from masks.errors import InterpError

# Their own tests look at their keys.
SLOW = ("words", "words_pocketsphinx", "dnsmos", "distillmos", "mcd")
DOCS = Path(module.__file__).parents[2] / "docs" / "measures.md"


def test_choice_keeps_the_order_and_takes_each_once():
    assert [m.name for m in choose(("gender", "pitch", "rest", "pitch"))] == [
        m for m in MEASURES if m == "pitch" or m in GROUPS["rest"]
    ]
    assert len(choose(("all",))) == len(MEASURES)


def test_an_unknown_name_is_told_its_neighbour():
    with pytest.raises(InterpError, match=r"no measure 'ptich'; did you mean pitch\?"):
        choose(("ptich",))
    with pytest.raises(InterpError, match="allowed"):
        choose(())


def test_groups_name_measures():
    assert {name for members in GROUPS.values() for name in members} == set(MEASURES)


def test_keys_start_with_the_name_of_their_measure():
    for name, one in MEASURES.items():
        assert one.keys
        assert all(key.startswith(f"{name}.") for key in one.keys)


def test_every_measure_gives_exactly_its_keys(voice, stranger):
    short, other = voice.part(0.3, 1.1), stranger.part(0.3, 1.1)
    all_known = {"text": "Hm.", "ref_texts": ("Hm.", None), "split_s": 0.4}
    for known, packaged in ((all_known, True), ({}, False)):
        for name, one in MEASURES.items():
            if name not in SLOW and not one.missing and (packaged or not one.modules):
                found = measure(short, short, other, measures=(name,), **known).figures
                assert list(found) == list(one.keys), name


def test_a_measure_without_its_module_is_left_out(monkeypatch, voice):
    gone = Measure("dnsmos", MEASURES["dnsmos"].function, MEASURES["dnsmos"].keys, ("no_such_module",))
    monkeypatch.setitem(module.MEASURES, "dnsmos", gone)
    assert gone.missing == ("no_such_module",)
    found = measure(voice, voice, voice, measures=("dnsmos", "pitch"))
    assert found["pitch.nearer_ref1"] == 0
    assert list(found.figures) == list(MEASURES["pitch"].keys)


def test_one_set_of_modules_is_enough():
    def missing(*one_of):
        return Measure("m", MEASURES["words"].function, {}, ("json",), one_of).missing

    assert missing(("no_such_module", "nor_this"), ("wave",)) == ()
    assert missing(("no_such_module", "nor_this"), ("wave", "nor_that")) == ("nor_that",)
    assert missing() == ()


@pytest.mark.skipif(not DOCS.is_file(), reason="docs/ is not installed with the package")
def test_every_measure_and_key_is_documented():
    told = DOCS.read_text(encoding="utf-8")
    for one in MEASURES.values():
        assert f"`{one.name}`" in told
        for key in one.keys:
            generic = key.replace(".ref1.", ".refN.").replace(".ref2.", ".refN.")
            assert f"`{generic}`" in told, generic
