"""A corpus is made, goes on where it was killed, and refuses what does not belong to it."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
import soundfile

from interp.corpus import make
from interp.corpus.make import make_corpus
from interp.corpus.metadata import read_corpus
from interp.corpus.settings import CorpusSettings
from interp.corpus.teacher import RATE_HZ, Spoken
from masks.errors import InterpError

SETTINGS = CorpusSettings(hours=60 / 3600, workers=1)


class HummingTeacher:
    """Speaks a tenth of a second a symbol; has no voice for what `silent` holds."""

    def __init__(self):
        self.said, self.silent, self.detuned = [], set(), {}

    def speak(self, item, symbols):
        self.said.append(item.n)
        if item.family in self.silent:
            return None
        t = np.arange(len(symbols) * RATE_HZ // 10) / RATE_HZ
        wav = 0.3 * np.sin(2 * np.pi * item.median_hz * t).astype(np.float32)
        edges_s = tuple(float(k) / 10 for k in range(len(symbols) + 1))
        heard_hz = item.median_hz * self.detuned.get(item.n, 1.0)
        return Spoken(wav, edges_s, t[:2], np.full(2, item.median_hz), heard_hz, 1.0)


@pytest.fixture
def teacher(monkeypatch):
    """In the place of the teacher, which is not needed then."""
    hums = HummingTeacher()
    monkeypatch.setattr(make, "_teacher", lambda folder: hums)
    monkeypatch.setattr(make, "require_teacher", lambda folder, split: None)
    monkeypatch.setattr(make, "MODULES", ())
    return hums


def rows_in(folder):
    return [json.loads(line) for line in (folder / "items.jsonl").read_text().splitlines()]


def test_a_corpus_can_be_read_by_the_corpus_reader(teacher, tmp_path):
    made = make_corpus(tmp_path, SETTINGS, quiet=True)
    rows = rows_in(tmp_path)
    assert made.items == len(rows) == len(teacher.said)
    assert 60 <= made.hours * 3600 < 100
    assert [row["n"] for row in rows] == list(range(len(rows)))
    read = read_corpus(tmp_path)
    assert [(u.speaker, u.text, u.split) for u in read] == [
        (r["timbre"], r["text"], r["split"]) for r in rows
    ]
    for row, utterance in zip(rows, read, strict=True):
        info = soundfile.info(utterance.path)
        assert (info.samplerate, info.channels, info.subtype) == (16000, 1, "OPUS")
        assert info.duration == pytest.approx(row["seconds"], abs=0.002)
        assert len(row["edges_s"]) == len(row["symbols"]) + 1
        assert row["median_hz"] == pytest.approx(row["home_hz"] * 2 ** (row["shift"] / 12), rel=1e-3)


def test_a_killed_run_goes_on_and_gives_the_same(teacher, tmp_path):
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    make_corpus(whole, SETTINGS, quiet=True)
    make_corpus(killed, replace(SETTINGS, hours=25 / 3600), quiet=True)
    items = killed / "items.jsonl"
    lines = items.read_text().splitlines(keepends=True)
    items.write_text("".join(lines[:-1]) + lines[-1][:40])  # killed within the last line
    (killed / "metadata.csv").unlink()
    del teacher.said[:]
    make_corpus(killed, SETTINGS, quiet=True)
    assert teacher.said[0] == len(lines) - 4
    assert rows_in(killed) == rows_in(whole)
    assert (killed / "metadata.csv").read_bytes() == (whole / "metadata.csv").read_bytes()


def test_a_corpus_that_is_long_enough_is_left_as_it_is(teacher, tmp_path):
    make_corpus(tmp_path, SETTINGS, quiet=True)
    before = (tmp_path / "items.jsonl").read_bytes()
    del teacher.said[:]
    make_corpus(tmp_path, replace(SETTINGS, workers=2), quiet=True)
    assert teacher.said == []
    assert (tmp_path / "items.jsonl").read_bytes() == before


def test_the_table_stands_when_a_run_is_interrupted(teacher, tmp_path, monkeypatch):
    speak, calls = make.speak_family, []

    def interrupted(job):
        calls.append(job)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return speak(job)

    monkeypatch.setattr(make, "speak_family", interrupted)
    with pytest.raises(KeyboardInterrupt):
        make_corpus(tmp_path, SETTINGS, quiet=True)
    assert len(read_corpus(tmp_path)) == len(rows_in(tmp_path)) == 8


def test_a_family_without_voice_or_of_two_levels_is_left_out_with_a_count(teacher, tmp_path):
    teacher.silent = {0}
    teacher.detuned = {2 * 4 + 3: 2 ** (0.14 / 12), 3 * 4: 2 ** (0.11 / 12)}
    made = make_corpus(tmp_path, SETTINGS, quiet=True)
    assert made.families_left_out == 2
    assert sorted(str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*.ogg")) == sorted(
        row["path"] for row in rows_in(tmp_path)
    )
    assert [row["family"] for row in rows_in(tmp_path)][:5] == [1, 1, 1, 1, 3]
    teacher.silent = set(range(10_000))
    with pytest.raises(InterpError, match="20 families in a row cannot be spoken"):
        make_corpus(tmp_path / "mute", SETTINGS, quiet=True)


def test_another_corpus_is_refused(teacher, tmp_path, files):
    make_corpus(tmp_path / "c", SETTINGS, quiet=True)
    with pytest.raises(InterpError, match="was begun with another seed; give the same, or another folder"):
        make_corpus(tmp_path / "c", replace(SETTINGS, seed=1), quiet=True)
    with pytest.raises(InterpError, match="was begun with another sentences"):
        make_corpus(tmp_path / "c", replace(SETTINGS, texts=files[1]), quiet=True)
    (tmp_path / "other").mkdir()
    shutil.copy(files[0], tmp_path / "other" / "metadata.csv")
    with pytest.raises(InterpError, match="holds another corpus"):
        make_corpus(tmp_path / "other", SETTINGS, quiet=True)
    (tmp_path / "c" / "corpus.json").write_text("{")
    with pytest.raises(InterpError, match=r"corpus\.json: cannot be read"):
        make_corpus(tmp_path / "c", SETTINGS, quiet=True)


def test_without_its_packages_it_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setattr(make, "MODULES", ("nobodys_module",))
    with pytest.raises(InterpError, match=r"needs nobodys_module; pip install 'interp-speech\[corp"):
        make_corpus(tmp_path / "c", SETTINGS)
    assert not (tmp_path / "c").exists()
