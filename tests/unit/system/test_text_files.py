"""One rule on encodings: a mark is obeyed, else UTF-8; anything else is named, with its byte and a remedy."""

import io
import os
import threading

import pytest

from interp.system.streams import is_stream, read_stream
from interp.system.text_files import argument_text, read_text, text_of
from masks.errors import InterpError

TEXT = "Café – “yes”.\nTwo"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-16-le-mark", "utf-16-be-mark"]
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_writing_of_a_text_is_the_same_text(tmp_path, encoding, end):
    mark = "\ufeff" if encoding.endswith("-mark") else ""
    data = (mark + TEXT.replace("\n", end)).encode(encoding.removesuffix("-mark"))
    (tmp_path / "t.txt").write_bytes(data)
    assert read_text(tmp_path / "t.txt") == TEXT


@pytest.mark.parametrize("sign", list("\v\f\x1c\x1d\x1e\x85\u2028\u2029"))
def test_other_breaks_are_white_space_within_a_line(sign):
    assert text_of(f"One{sign}two.\nThree.".encode(), "t") == "One two.\nThree."


def test_marks_between_joined_files_and_the_end_of_dos_are_nothing():
    assert text_of("One.\r\n\ufeffTwo.\x1a".encode(), "t") == "One.\nTwo."


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"One.\ncaf\xe9.", r"t: byte 9 \(0xE9, line 2\) is not UTF-8 text; .* ISO-8859-1: save it as UTF-8"),
        (b"caf\xe9", "likely ISO-8859-1"),
        (b"It\x92s here.", r"byte 3 \(0x92, line 1\).*iconv -f WINDOWS-1252 -t UTF-8"),
        (b"caf\x8f.", "likely MACINTOSH"),
        ("Café.".encode("utf-16-le"), "likely UTF-16LE"),
        ("Cafe.".encode("utf-16-le"), r"byte 2 \(0x00, line 1\).*likely UTF-16LE without its mark"),
        ("\nCafe.".encode("utf-16-be"), r"byte 1 \(0x00.*likely UTF-16BE without its mark"),
        ("Caf€".encode()[:-1], "cut off"),
        (b"\xff\xfea", "UTF-16-LE, as its mark says"),
        (b"\xff\xfe\x00\xdc", "UTF-16-LE, as its mark says"),
        (b"One.\nTw\x00o.", "NUL in line 2"),
        (b"\xed\xa0\x80", "not UTF-8"),
        (b"RIFF\x00\x00\x00\x00WAVE", "is a sound file, not plain text"),
        (b"PK\x03\x04\x00\xff", "office document, not plain text"),
        (b"%PDF-1.4\n\xff", "PDF"),
        (b"{\\rtf1 Hello.}", "RTF"),
    ],
)
def test_what_is_no_text_is_told_with_its_byte_and_a_remedy(data, says):
    with pytest.raises(InterpError, match=says) as caught:
        text_of(data, "t")
    assert "\n" not in str(caught.value)


def test_words_that_name_a_kind_of_file_are_words():
    assert text_of(b"RIFF is a kind of file.", "t") == "RIFF is a kind of file."


def test_an_argument_in_utf_8_is_read_in_any_locale():
    assert argument_text("caf\udcc3\udca9", "--text") == "café"
    assert argument_text("café", "--text") == "café"
    with pytest.raises(InterpError, match=r"--text: byte 4 \(0xE9"):
        argument_text("caf\udce9", "--text")


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("none.txt", r"none\.txt: cannot be read \(No such file.*give a list"),
        (".", "cannot be read"),
        ("file/x", "cannot be read"),
        ("nul\0", "cannot be read"),
        ("x" * 300, "cannot be read"),
        ("/dev/zero", "is a device, no file; give a list"),
    ],
)
def test_files_that_cannot_be_read(tmp_path, name, says):
    (tmp_path / "file").touch()
    with pytest.raises(InterpError, match=says):
        read_text(tmp_path / name, "a list")


def test_a_pipe_is_read_once_and_kept(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    thread = threading.Thread(target=(tmp_path / "pipe").write_text, args=("One.\r\n",), daemon=True)
    thread.start()
    assert is_stream(tmp_path / "pipe")
    assert read_text(tmp_path / "pipe") == "One.\n"
    thread.join(timeout=5)
    assert read_stream(tmp_path / "pipe") == b"One.\r\n"


@pytest.mark.parametrize("name", ["-", "/dev/stdin", "/dev/fd/0"])
def test_standard_input_is_read_once_and_kept(monkeypatch, name):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO("Café".encode("utf-16"))))
    assert [read_text(name), read_text("-")] == ["Café", "Café"]


def test_standard_input_that_is_closed(monkeypatch):
    monkeypatch.setattr("sys.stdin", None)
    with pytest.raises(InterpError, match="standard input: is closed"):
        read_text("-")
