"""The one reader of text, and its one rule on encodings: a byte order mark is obeyed, else it is UTF-8.

Lines end with LF, CRLF or CR. Every other break (form feed, U+2028 and the like) is white space in a line.
"""

from __future__ import annotations

import codecs
import os
from pathlib import Path

from interp.system.streams import is_stream, name_of, read_stream
from masks.errors import InterpError

MOST_BYTES = 2**28

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # begins as the mark of UTF-16-LE does
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_RTF = b"{\\rtf"
# How files begin that are no plain text, whatever their name: told where the bytes are none.
_OTHER_KINDS = (
    (b"RIFF", "a sound file"),
    (b"fLaC", "a sound file"),
    (b"OggS", "a sound file"),
    (b"ID3", "a sound file"),
    (b"PK\x03\x04", "a ZIP archive or an office document"),
    (b"\xd0\xcf\x11\xe0", "an office document"),
    (b"%PDF", "a PDF document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\x89PNG", "a picture"),
)
# Breaks within a line are spaces; a mark inside a text (files put one behind the other) is nothing.
_IN_LINES = {**dict.fromkeys(map(ord, "\v\f\x1c\x1d\x1e\x85\u2028\u2029"), " "), 0xFEFF: None}
_DOS_END = "\x1a"
_NOT_IN_WINDOWS = {0x81, 0x8D, 0x8F, 0x90, 0x9D}


def read_text(path: str | Path, wanted: str = "a text file") -> str:
    """Text of a file or stream (``-`` is standard input), its lines ended with ``\\n``.

    Parameters
    ----------
    wanted : what an error message asks for instead

    Raises
    ------
    InterpError
        When it cannot be read or is no text, naming file, byte and remedy.
    """
    return text_of(_read_bytes(path, wanted), name_of(path), wanted)


def text_of(data: bytes, where: str, wanted: str = "plain text") -> str:
    """Text that bytes stand for; see `read_text`.

    Parameters
    ----------
    where : start of an error message: the file's name
    """
    if data.startswith(_RTF):
        raise InterpError(f"{where}: is an RTF document, not plain text; save it as plain text")
    mark, encoding = next((m for m in _MARKS if data.startswith(m[0])), (b"", "utf-8"))
    try:
        text = data[len(mark) :].decode(encoding)
    except UnicodeDecodeError as error:
        _refuse_other_kinds(data, where, wanted)
        raise InterpError(_not_decodable(data, len(mark) + error.start, encoding, where)) from error
    if "\0" in text:
        _refuse_other_kinds(data, where, wanted)
        raise InterpError(_with_nul(data, text, where, wanted))
    return plain_text(text)


def argument_text(text: str, where: str) -> str:
    """Text of a command line's argument, which may have come in another encoding; see `text_of`."""
    return text_of(os.fsencode(text), where) if _holds_bytes(text) else plain_text(text)


def plain_text(text: str) -> str:
    """Text with the line ends and white space of `read_text`."""
    return text.replace("\r\n", "\n").replace("\r", "\n").translate(_IN_LINES).removesuffix(_DOS_END)


def _holds_bytes(text: str) -> bool:
    """Whether there are bytes in it that the system's encoding did not know."""
    return any("\udc80" <= c <= "\udcff" for c in text)


def _read_bytes(path: str | Path, wanted: str) -> bytes:
    if is_stream(path):
        return read_stream(path)
    try:
        if os.path.exists(path) and not (os.path.isfile(path) or os.path.isdir(path)):
            raise InterpError(f"{path}: is a device, no file; give {wanted}")
        with open(path, "rb") as file:
            data = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InterpError(f"{path}: cannot be read ({reason}); give {wanted}") from error
    if len(data) > MOST_BYTES:
        raise InterpError(f"{path}: is over {MOST_BYTES >> 20} MiB; give {wanted}")
    return data


def _refuse_other_kinds(data: bytes, where: str, wanted: str) -> None:
    for start, kind in _OTHER_KINDS:
        if data.startswith(start):
            raise InterpError(f"{where}: is {kind}, not plain text; give {wanted}")


def _not_decodable(data: bytes, at: int, encoding: str, where: str) -> str:
    byte = f"{where}: byte {at + 1} (0x{data[at]:02X}, line {data[:at].count(10) + 1})"
    if encoding != "utf-8":
        return f"{byte} is not {encoding.upper()}, as its mark says; save it again as UTF-8"
    likely = _likely_encoding(data, at)
    if likely is None:
        return f"{byte} ends in the middle of a character: it was cut off; copy it again"
    return (
        f"{byte} is not UTF-8 text; it is likely {likely}: save it as UTF-8, "
        f"or run iconv -f {likely} -t UTF-8"
    )


def _likely_encoding(data: bytes, at: int) -> str | None:
    """Name for iconv; None where UTF-8 only lacks its last bytes."""
    if (wide := _wide_without_mark(data)) is not None:
        return wide
    lead, rest = data[at], data[at + 1 :]
    length = 2 if lead < 0xF0 else 3
    if 0xE0 <= lead <= 0xF4 and 0 < len(rest) < length and all(0x80 <= b < 0xC0 for b in rest):
        return None
    high = {b for b in data if b >= 0x80}
    if min(high) >= 0xA0:
        return "ISO-8859-1"
    return "MACINTOSH" if high & _NOT_IN_WINDOWS else "WINDOWS-1252"


def _wide_without_mark(data: bytes) -> str | None:
    """UTF-16 of either order, where every second byte of much of it is 0."""
    for offset, name in ((1, "UTF-16LE"), (0, "UTF-16BE")):
        half = data[offset::2]
        if half and half.count(0) > len(half) / 2:
            return name
    return None


def _with_nul(data: bytes, text: str, where: str, wanted: str) -> str:
    line = text[: text.index("\0")].count("\n") + 1
    wide = _wide_without_mark(data)
    if wide is None:
        return f"{where}: holds a NUL in line {line}, so it is no text; give {wanted}"
    return (
        f"{where}: byte {data.index(0) + 1} (0x00, line {line}) is not UTF-8 text; it is likely {wide} "
        f"without its mark: save it as UTF-8, or run iconv -f {wide} -t UTF-8"
    )
