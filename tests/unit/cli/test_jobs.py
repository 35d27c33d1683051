"""What is spoken and where it goes: options, text files, standard input."""

import io
from pathlib import Path

import pytest

from interp.cli.jobs import DEMO_TEXT, single_job
from masks.errors import InterpError


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def stdin(monkeypatch):
    return lambda stream: monkeypatch.setattr("sys.stdin", stream)


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
    for data in (b"caf\xe9", b"\xff\xfe\x00"):
        stdin(io.TextIOWrapper(io.BytesIO(data), encoding="utf-8"))
        with pytest.raises(InterpError, match=r"standard input: byte \d .* is not U.* as UTF-8"):
            single_job(None, tmp_path / "a", tmp_path / "b", None, None)


def test_standard_input_that_is_closed_says_nothing(stdin, tmp_path):
    stdin(None)
    assert single_job(None, None, None, None, None).text == DEMO_TEXT
    with pytest.raises(InterpError, match="standard input: is empty; give a sentence"):
        single_job(None, tmp_path / "a", None, None, None)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("name", ["-", "t.txt"])
def test_text_of_a_file_or_stream(stdin, tmp_path, encoding, name):
    data = "Café.\r\nTwo.".encode(encoding)
    stdin(io.TextIOWrapper(io.BytesIO(data)))
    (tmp_path / "t.txt").write_bytes(data)
    path = Path("-") if name == "-" else tmp_path / name
    assert single_job(None, None, None, None, None, path).text == "Café.\nTwo."


@pytest.mark.parametrize(
    ("text", "text_file", "ref", "says"),
    [
        ("A.", "t.txt", None, "--text-file: not together with --text"),
        (None, "none.txt", None, r"none\.txt: cannot be read"),
        (None, ".", None, "cannot be read"),
        (None, "empty.txt", None, r"empty\.txt: is empty"),
        (None, None, "-", "standard input: is the recording"),
        (None, "-", "/dev/stdin", "standard input: is the recording"),
    ],
)
def test_texts_that_will_not_do(stdin, tmp_path, monkeypatch, text, text_file, ref, says):
    monkeypatch.chdir(tmp_path)
    stdin(io.StringIO("Hello."))
    Path("empty.txt").write_text(" \n")
    with pytest.raises(InterpError, match=says):
        single_job(text, ref and Path(ref), None, None, None, text_file and Path(text_file))


@pytest.mark.parametrize("name", [".", "..", "", "a", "a.mp3"])
def test_out_that_names_no_sound_file(tmp_path, name):
    with pytest.raises(InterpError, match=r"--out.*name it (\.\./)?(a|out)\.wav"):
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


def test_standard_output(tmp_path):
    assert [single_job("A.", None, None, Path(name), None).out for name in ("-", "/dev/stdout")] == [None] * 2
    with pytest.raises(InterpError, match=r"--out-dir: .* has no part in --out -"):
        single_job("A.", None, None, Path("-"), tmp_path)


def test_a_folder_is_no_file_to_write(tmp_path):
    (tmp_path / "o.wav").mkdir()
    for out, out_dir in ((tmp_path, None), (tmp_path / "o.wav", None), (Path("o.wav"), tmp_path)):
        with pytest.raises(InterpError, match=r"is a folder; give it with --out-dir, or name it .*out\.wav"):
            single_job("A.", None, None, out, out_dir)
