"""Objectives against sums written out by hand, and the shipped tables against DESIGN's formulas."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch

from guidance.layers import LayerWeights, fixed_weights, left_out, resolve_layers
from guidance.masses import AttentionMasses
from guidance.objectives import EPS, Reading, objective_loss
from guidance.queries import QuerySets
from guidance.readout import read_masses
from guidance.terms import Term
from masks.errors import InterpError

GROUPS = ("ref1.pitch", "ref1.rest", "ref2.pitch", "ref2.rest", "null")
# Two queries of one layer: the first is a pitch query, the second a rest query.
FIRST, SECOND = [0.4, 0.1, 0.2, 0.2, 0.1], [0.1, 0.3, 0.0, 0.5, 0.1]
SHARES = {"ref1.pitch": 0.2, "ref1.rest": 0.8, "ref2.pitch": 0.4, "ref2.rest": 0.6}


def masses(*layers, weight=(1.0,)):
    tensors = tuple(torch.tensor([layer], dtype=torch.float64) for layer in layers)
    return AttentionMasses(tuple(range(len(layers))), tensors, torch.tensor(weight), GROUPS)


def reading(found, sums="log", gamma=1.0, usable=None):
    sets = {
        "pitch": [1.0, 0.0],
        "rest": [0.0, 1.0],
        "all": [1.0, 1.0],
        "span1": [1.0, 0.25],
        "none": [0.0, 0.0],
    }
    named = {name: torch.tensor([weights]) for name, weights in sets.items()}
    named["span2"] = 1 - named["span1"]
    for span in ("span1", "span2"):
        named |= {f"{span}.{kind}": named[span] * named[kind] for kind in ("pitch", "rest")}
    queries = QuerySets((named,) * len(found.layers), usable)
    shares = {group: torch.tensor([share]) for group, share in SHARES.items()}
    return Reading(queries, shares, fixed_weights(found, queries), gamma, sums)


def loss(term, found, **how):
    terms = term if isinstance(term, tuple) else (term,)
    return float(objective_loss(terms, found, reading(found, **how))[0])


@pytest.mark.parametrize(
    ("want", "sums", "expected"),
    [
        ("more", "log", -math.log(0.25)),
        ("less", "log", -math.log(0.75)),
        ("more", "linear", -0.25),
        ("less", "linear", 0.25),
    ],
)
def test_plain_term_is_the_mean_mass(want, sums, expected):
    term = Term("all", ("ref1.pitch",), want=want)
    assert loss(term, masses([FIRST, SECOND]), sums=sums) == pytest.approx(expected, abs=1e-5)


def test_log_average_takes_the_log_per_query():
    term = Term("all", ("ref1.pitch",), average="log")
    expected = -(math.log(0.4) + math.log(0.1)) / 2
    assert loss(term, masses([FIRST, SECOND])) == pytest.approx(expected, abs=2e-5)


def test_query_weights_are_a_ramp():
    term = Term("span1", ("ref1",), average="log")
    expected = -(math.log(0.5) + 0.25 * math.log(0.4)) / 1.25
    assert loss(term, masses([FIRST, SECOND])) == pytest.approx(expected, abs=1e-5)


def test_matched_is_the_formula_of_the_design(bench):
    """Three answers: the wanted reference, the other one, and neither, whose share is 1."""
    terms = bench.shipped("matched").terms(1)
    pitch = (0.4 / 0.2) / (0.4 / 0.2 + 0.2 / 0.4 + null(FIRST))
    rest = (0.5 / 0.6) / (0.5 / 0.6 + 0.3 / 0.8 + null(SECOND))
    expected = -math.log(pitch) - 0.7 * math.log(rest)
    assert loss(terms, masses([FIRST, SECOND]), gamma=0.7) == pytest.approx(expected, abs=1e-5)
    assert bench.shipped("matched").terms(2) == terms


def test_sequential_gives_the_sums_of_the_notes(bench):
    table = bench.shipped("sequential")
    found = masses([FIRST, SECOND])
    first = loss(table.terms(1), found, sums="linear", gamma=0.3)
    second = loss(table.terms(2), found, sums="linear", gamma=0.3)
    assert first == pytest.approx(-0.25 + 0.3 * 0.2)
    assert second == pytest.approx(0.1 - 0.3 * 0.35)
    both = loss(bench.shipped("simultaneous").terms(1), found, sums="linear", gamma=0.3)
    assert both == pytest.approx(first + second)


def test_temp_parts_each_span_into_pitch_and_rest(bench):
    """Of the two queries one is pitch, the other rest."""
    found = masses([FIRST, SECOND])
    pitch1 = relative(FIRST, "ref1.pitch", "ref2.pitch")
    rest1, rest2 = (
        relative(SECOND, *pair) for pair in (("ref1.rest", "ref2.rest"), ("ref2.rest", "ref1.rest"))
    )
    # No pitch query lies in the second span: that term adds nothing.
    expected = -math.log(pitch1) - 2 * (math.log(rest1) + math.log(rest2))
    assert loss(bench.shipped("temp").terms(2), found, gamma=2.0) == pytest.approx(expected, abs=1e-4)
    assert bench.shipped("temp").terms(1) == bench.shipped("temp").terms(2)


def test_a_term_may_read_whole_references():
    term = Term("span1", ("ref1",), ("ref2",), average="log")
    expected = -(math.log(0.5 / 0.9) + 0.25 * math.log(0.4 / 0.9)) / 1.25
    assert loss(term, masses([FIRST, SECOND])) == pytest.approx(expected, abs=1e-5)


def null(query):
    return query[GROUPS.index("null")]


def relative(query, mine, other):
    """Mass per key share, of two groups and neither."""
    a, b = (query[GROUPS.index(name)] / SHARES[name] for name in (mine, other))
    return a / (a + b + null(query))


def test_layers_of_one_grid_are_averaged_before_the_log_others_after():
    third = [0.9, 0.0, 0.0, 0.0, 0.1]
    found = masses([FIRST, SECOND], [SECOND, FIRST], [third, third], weight=(1.0, 3.0, 0.0))
    term = Term("pitch", ("ref1.pitch",), average="log")
    assert loss(term, found) == pytest.approx(-math.log(0.25 * 0.4 + 0.75 * 0.1), abs=1e-5)
    plain = replace(term, average="mass")
    assert loss(plain, found) == pytest.approx(-0.25 * math.log(0.4) - 0.75 * math.log(0.1), abs=1e-5)


def test_empty_set_of_queries_adds_nothing():
    terms = (Term("none", ("ref1",)), Term("all", ("ref1.pitch",)))
    found = masses([FIRST, SECOND])
    assert loss(terms, found) == pytest.approx(loss(terms[1], found))


def test_logs_stay_finite_where_nothing_is_attended():
    empty = [0.0, 0.0, 0.0, 0.0, 1.0]
    found = masses([empty, empty])
    assert loss(Term("all", ("ref1",)), found) == pytest.approx(-math.log(EPS))
    indifferent = Term("all", ("ref1",), against=("ref2",), average="log")
    assert loss(indifferent, found) == pytest.approx(math.log(2), abs=1e-5)


def test_too_coarse_layers_are_left_out_of_band_wise_terms_alone():
    found = masses([FIRST, SECOND], [SECOND, SECOND], weight=(1.0, 1.0))
    usable = torch.tensor([[True], [False]])
    pitch, everything = Term("pitch", ("ref1.pitch",)), Term("all", ("ref1.pitch",))
    assert loss(pitch, found, usable=usable) == pytest.approx(-math.log(0.4), abs=1e-5)
    expected = -0.5 * math.log(0.25) - 0.5 * math.log(0.1)
    assert loss(everything, found, usable=usable) == pytest.approx(expected, abs=2e-5)
    assert left_out(reading(found, usable=usable).layer_weights, found.layers, 0) == (1,)


def test_a_sample_with_coarse_layers_only_keeps_them():
    found = masses([FIRST, SECOND])
    weights = reading(found, usable=torch.tensor([[False]])).layer_weights
    assert torch.equal(weights.band_wise, weights.plain)
    assert left_out(weights, found.layers, 0) == ()


def test_layers_without_any_contribution_are_refused():
    found = masses([FIRST, SECOND], weight=(0.0,))
    with pytest.raises(InterpError, match=r"layers \[0\] contribute nothing.*--layers"):
        reading(found)


def test_layer_weights_are_detached_and_sum_to_one():
    found = masses([FIRST, SECOND], [SECOND, FIRST], weight=(1.0, 3.0))
    grown = replace(found, weight=found.weight.clone().requires_grad_())
    weights = fixed_weights(grown, reading(found).queries)
    assert not weights.plain.requires_grad
    assert weights.plain[:, 0].tolist() == [0.25, 0.75]
    assert isinstance(weights, LayerWeights)


def test_resolve_layers():
    assert resolve_layers("second-half", 5) == (2, 3, 4)
    assert [resolve_layers("middle", n) for n in (1, 2, 3, 6)] == [(0,), (1,), (1,), (3,)]
    assert resolve_layers((3, 0), 5) == (0, 3)
    with pytest.raises(
        InterpError, match=r"layers \[5\] do not exist, allowed: 0 to 4, or middle or second-half"
    ):
        resolve_layers((1, 5), 5)


def test_unknown_group_is_named():
    with pytest.raises(InterpError, match=r"group 'ref3' is none of this model's \(ref1.pitch, "):
        loss(Term("all", ("ref3",)), masses([FIRST, SECOND]))


def test_readout_follows_the_objectives_queries(bench):
    found = masses([FIRST, SECOND])
    how = reading(found)
    (matched,) = read_masses(bench.shipped("matched").terms(1), found, how)
    expected = {"ref1.pitch": 0.4, "ref2.pitch": 0.2, "ref1.rest": 0.3, "ref2.rest": 0.5}
    assert matched.raw == pytest.approx(expected)
    assert matched.relative["ref1.pitch"] == pytest.approx(2.0 / 2.5, abs=1e-5)
    assert matched.relative["ref1.rest"] + matched.relative["ref2.rest"] == pytest.approx(1)
    (plain,) = read_masses((Term("all", ("ref1.pitch",)),), found, how)
    assert plain.raw["ref2.rest"] == pytest.approx(0.35), (
        "groups that no term names are read over all its queries"
    )
