"""Grid, list and sample give the combinations that they name, and say what is wrong with them."""

import pytest
from sweep_fakes import write_spec

from interp.sweep.combinations import combinations
from interp.sweep.spec import read_spec
from masks.errors import InterpError

TAIL = "sentences: [The sun rose.]\n"


@pytest.fixture
def drawn(tmp_path):
    return lambda text: combinations(read_spec(write_spec(tmp_path, text + "\n" + TAIL)))


def test_a_grid_is_crossed_in_order(drawn):
    assert drawn("grid: {a: [1, 2], b: [x, y]}") == [
        {"a": 1, "b": "x"},
        {"a": 1, "b": "y"},
        {"a": 2, "b": "x"},
        {"a": 2, "b": "y"},
    ]


def test_a_list_is_taken_as_it_is_after_the_grid(drawn):
    assert drawn("grid: {a: [1]}\nlist: [{b: 2}, {b: 3, c: 4}]") == [{"a": 1}, {"b": 2}, {"b": 3, "c": 4}]


def test_nothing_varied_is_one_combination(drawn):
    assert drawn("") == [{}]


def test_a_sample_is_the_same_for_the_same_seed_and_another_for_another(drawn):
    text = "sample: {{count: 20, seed: {seed}, axes: {{a: {{low: 0.0, high: 4}}}}}}"
    first, again, other = (drawn(text.format(seed=seed)) for seed in (1, 1, 2))
    assert first == again != other
    assert len(first) == 20


def test_sampled_numbers_lie_in_their_range_whole_where_both_ends_are(drawn):
    found = drawn(
        "sample: {count: 200, axes: {a: {low: 1, high: 3}, b: {low: 0.1, high: 10, scale: log}, c: [p, q]}}"
    )
    assert {c["a"] for c in found} == {1, 2, 3}
    assert all(0.1 <= c["b"] <= 10 for c in found)
    assert 60 < sum(c["b"] < 1 for c in found) < 140  # half of a logarithmic range lies below 1
    assert {c["c"] for c in found} == {"p", "q"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("grid: {a: 3}", "grid.a: 3 is not a list"),
        ("grid: {a: []}", "grid.a"),
        ("list: [3]", "list[0]: 3 is not a mapping"),
        ("sample: {axes: {a: [1]}}", "count: is missing"),
        ("sample: {count: 0, axes: {a: [1]}}", "count: 0 is not allowed"),
        ("sample: {count: 2, axis: {a: [1]}}", "sample.axes"),
        ("sample: {count: 2, axes: {a: {low: 3, high: 1}}}", "low 3 is not below high 1"),
        ("sample: {count: 2, axes: {a: {low: 0, high: 1, scale: log}}}", "above 0"),
        ("sample: {count: 2, axes: {a: {low: 0, hihg: 1}}}", "did you mean high?"),
    ],
)
def test_a_mistake_is_told_with_its_place(drawn, text, said):
    with pytest.raises(InterpError) as error:
        drawn(text)
    assert said in str(error.value)
    assert "tiny.yaml" in str(error.value)
