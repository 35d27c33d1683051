"""Which sentences are spoken: options, standard input, file lists."""

import io
from pathlib import Path

import pytest

from interp.cli.jobs import DEMO_TEXT, jobs_of_list, single_job
from masks.errors import InterpError


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def stdin(monkeypatch):
    return lambda stream: monkeypatch.setattr("sys.stdin", stream)


@pytest.fixture
def write_list(tmp_path):
    for name in ("a.wav", "b.wav"):
        (tmp_path / name).touch()

    def write(text):
        (tmp_path / "list.txt").write_text(text, encoding="utf-8")
        return tmp_path / "list.txt"

    return write


def test_list_lines(write_list, tmp_path):
    jobs = jobs_of_list(
        write_list("# head\n\nOne.|a.wav|b.wav\nTwo. | b.wav | a.wav | temp\n"), tmp_path / "out"
    )
    assert [(job.text, job.ref1.name, job.ref2.name, job.mode) for job in jobs] == [
        ("One.", "a.wav", "b.wav", None),
        ("Two.", "b.wav", "a.wav", "temp"),
    ]
    assert jobs[0].ref1 == tmp_path / "a.wav"
    assert [job.out.name for job in jobs] == ["list_003.wav", "list_004.wav"]


def test_equal_lines_do_not_share_a_file(write_list, tmp_path):
    jobs = jobs_of_list(write_list("A.|a.wav|b.wav\n" * 20), tmp_path)
    assert len({job.out for job in jobs}) == 20


def test_all_mistakes_of_a_list_at_once(write_list, tmp_path):
    text = "A.|a.wav\n|a.wav|b.wav\nA.|a.wav|b.wav|sideways\nA.|a.wav|none.wav\nA.|a.wav|b.wav\n"
    with pytest.raises(InterpError) as caught:
        jobs_of_list(write_list(text), tmp_path)
    said = str(caught.value)
    assert "line 1: 2 fields" in said
    assert "line 2: the text is empty" in said
    assert "line 3: mode 'sideways'" in said
    assert "line 4: none.wav is missing" in said
    assert "line 5" not in said
    assert "\n" not in said


@pytest.mark.parametrize("text", ["", "# only this\n\n"])
def test_list_without_a_line(write_list, tmp_path, text):
    with pytest.raises(InterpError, match="holds no line"):
        jobs_of_list(write_list(text), tmp_path)


def test_list_that_is_missing(tmp_path):
    with pytest.raises(InterpError, match="cannot be read"):
        jobs_of_list(tmp_path / "none.txt", tmp_path)


def test_demo_without_anything(stdin):
    for stream in (Terminal(), io.StringIO("")):
        stdin(stream)
        job = single_job(None, None, None, None, None)
        assert job.text == DEMO_TEXT
        assert job.ref1.name == "demo_ref1.wav"


def test_text_from_stdin(stdin, tmp_path):
    stdin(io.StringIO("Hello.\n"))
    assert single_job(None, tmp_path / "a", tmp_path / "b", None, None).text == "Hello.\n"
    stdin(io.StringIO("With demo voices.\n"))
    assert single_job(None, None, None, None, None).text == "With demo voices.\n"


def test_standard_input_that_is_no_text(stdin, tmp_path):
    stdin(io.TextIOWrapper(io.BytesIO(b"\xff\xfe\x00"), encoding="utf-8"))
    with pytest.raises(InterpError, match="standard input: is not utf-8 text"):
        single_job(None, tmp_path / "a", tmp_path / "b", None, None)


@pytest.mark.parametrize("name", [".", "..", "", "a", "a.mp3"])
def test_out_that_names_no_sound_file(tmp_path, name):
    with pytest.raises(InterpError, match=r"--out.*name it (a|out)\.wav"):
        single_job("A.", tmp_path, tmp_path, Path(name), None)


@pytest.mark.parametrize(("text", "piped"), [("", None), ("  \n", None), (None, ""), (None, " \n")])
def test_empty_text(stdin, tmp_path, text, piped):
    stdin(io.StringIO(piped or ""))
    where = "standard input" if text is None else "--text"
    with pytest.raises(InterpError, match=f"{where}: is empty"):
        single_job(text, tmp_path / "a", tmp_path / "b", None, None)


def test_one_reference_only(tmp_path):
    first = single_job("A.", tmp_path / "a", None, None, None)
    assert (first.ref1, first.ref2.name) == (tmp_path / "a", "demo_ref2.wav")
    second = single_job("A.", None, tmp_path / "b", None, None)
    assert (second.ref1.name, second.ref2) == ("demo_ref1.wav", tmp_path / "b")
    assert [len(job.notes) for job in (first, second)] == [1, 1]
    assert single_job("A.", tmp_path / "a", tmp_path / "b", None, None).notes == ()


def test_one_reference_alone_does_not_bring_the_demo_sentence(stdin, tmp_path):
    stdin(io.StringIO(""))
    with pytest.raises(InterpError, match="standard input: is empty"):
        single_job(None, tmp_path / "a", None, None, None)


def test_where_the_wav_goes(tmp_path):
    def out(*where):
        return single_job("A.", tmp_path, tmp_path, *where).out.as_posix()

    assert out(None, None) == "out.wav"
    assert out(tmp_path / "x.wav", None) == (tmp_path / "x.wav").as_posix()
    assert out(None, tmp_path) == (tmp_path / "out.wav").as_posix()
