"""What is said: splits that are kept, sentences that are left out, words that made sentences are built of."""

from __future__ import annotations

import math
import random
import re

import pytest

from interp.corpus.made_sentences import FRAMES, SLOTS, made_sentence
from interp.corpus.phone_letters import letters_of
from interp.corpus.settings import Shares
from interp.corpus.texts import Texts, made_in, read_texts, split_of
from interp.text.frontend import phonemize
from interp.text.symbols import PHONES
from masks.errors import InterpError


def test_prompts_keep_their_splits_and_a_held_text_is_held_everywhere(files):
    texts = read_texts(files[0], None, Shares())
    assert [s.name for s in texts.prompts["train"]] == ["p1", "p4"]
    assert [s.name for s in texts.prompts["valid"]] == ["p2"]
    assert [s.name for s in texts.prompts["test"]] == ["p3"]
    assert texts.prompts["train"][1].text == "We talked of the side show in the circus."
    assert not texts.left_out


def test_lines_that_cannot_be_read_are_left_out_with_a_count(files):
    texts = read_texts(*files, Shares())
    [line] = [s for split in texts.lines.values() for s in split]
    assert line.text == "Help the woman get back to her feet."
    assert line.split == split_of(line.text)
    assert texts.left_out == {"no word": 1, "a guessed word": 1, "not 3 to 25 words": 1}


def test_what_is_drawn_is_of_its_split(files):
    texts = read_texts(*files, Shares(prompts=0.5, lines=0.3, made=0.2))
    rng = random.Random(0)
    for split in ("train", "valid", "test"):
        drawn = [texts.draw(rng, split) for _ in range(60)]
        assert {s.split for s in drawn} == {split}
        assert {s.name[0] for s in drawn} >= {"p", "m"}
    assert Texts({}, {}, {}, Shares()).draw(rng, "valid").split == "valid"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("path,speaker\na,b\n", "column 'utterance' is missing"),
        ("path,speaker,utterance,text,split\na,b,c,,train\n", "none of 0 sentences"),
    ],
)
def test_a_table_that_will_not_do(tmp_path, text, said):
    (tmp_path / "m.csv").write_text(text)
    with pytest.raises(InterpError, match=said):
        read_texts(tmp_path / "m.csv", None, Shares())


def test_files_that_will_not_do(tmp_path):
    with pytest.raises(InterpError, match=r"none\.csv: cannot be read .*give the metadata"):
        read_texts(tmp_path / "none.csv", None, Shares())
    (tmp_path / "latin.txt").write_bytes("Wir gehen \xfcber die Br\xfccke.".encode("latin-1"))
    with pytest.raises(InterpError, match=r"latin\.txt: byte 11 \(0xFC.* likely ISO-8859-1"):
        read_texts(None, tmp_path / "latin.txt", Shares())
    (tmp_path / "empty.txt").write_text("12\n\n")
    with pytest.raises(InterpError, match=r"empty\.txt: none of 1 sentences"):
        read_texts(None, tmp_path / "empty.txt", Shares())


def test_every_word_of_made_sentences_is_in_the_dictionary():
    filled = [re.sub(r"\{\w+\}", "it", frame) for frame in FRAMES]
    for text in [entry for entries in SLOTS.values() for entry in entries] + filled:
        assert phonemize(text).warnings == (), text


def test_made_sentences_are_many_and_of_every_kind():
    def combinations(frame):
        slots = re.findall(r"\{(\w+)\}", frame)
        return math.prod(len(SLOTS[slot]) - slots[:k].count(slot) for k, slot in enumerate(slots))

    assert sum(map(combinations, FRAMES)) > 300_000
    drawn = [made_sentence(random.Random(k)) for k in range(400)]
    assert len(set(drawn)) > 390
    assert {sentence[-1] for sentence in drawn} == set(".?!")
    assert all(sentence[0].isupper() and "{" not in sentence for sentence in drawn)


def test_made_sentences_have_a_split_of_their_own():
    rng = random.Random(0)
    held = [made_in(rng, "test") for _ in range(5)]
    assert all(split_of(s.text) == "test" == s.split for s in held)
    splits = [split_of(made_sentence(rng)) for _ in range(4000)]
    assert 0.008 < splits.count("valid") / 4000 < 0.025


def test_every_phone_has_letters_of_its_own():
    assert len({letters_of(phone) for phone in PHONES}) == len(PHONES)
    assert [letters_of(s) for s in ("AH0", "AH1", "AH2", "ER0", "JH", "B", " ", "-")] == [
        *("ə", "ˈʌ", "ˌʌ", "əɹ", "ʤ", "b", " ", "—")
    ]
