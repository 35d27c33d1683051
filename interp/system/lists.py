"""The one reader of lists: columns parted by ``|``, tabs, semicolons or commas, or JSON lines.

What is written decides, not the file's name. With a header, columns go by their names. A line that begins
with ``#`` is a comment where nothing in it parts columns.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from interp.system.nearest import did_you_mean
from interp.system.streams import name_of
from interp.system.text_files import read_text
from masks.errors import InterpError

BAR, TAB = "|", "\t"
# In a list of files a comma may as well be prose: the others are asked first.
SEPARATORS = (BAR, TAB, ";", ",")
NAMES = {BAR: "|", TAB: "a tab", ";": ";", ",": ","}

JSON_ENDINGS = (".jsonl", ".ndjson", ".json")

_UNESCAPED_BAR = re.compile(r"(?<!\\)\|")
_JSON_OBJECT = re.compile(r'\s*\{\s*["}]')
_JSON_ARRAY = re.compile(r"\s*\[\s*(\{|$)")


@dataclass(frozen=True)
class Columns:
    """What a list holds.

    Parameters
    ----------
    required, optional : names; without a header, those of ``bare`` in their order
    bare : columns of a list without a header; none where a header is needed
    others : further columns are let through
    """

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    bare: tuple[str, ...] = ()
    others: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """All of them."""
        return (*self.required, *self.optional)


@dataclass(frozen=True)
class Row:
    """A line: its number from 1, its fields by column, and what is wrong with it; empty when all is well."""

    number: int
    fields: Mapping[str, Any]
    problem: str = ""


@dataclass(frozen=True)
class Listed:
    """The rows of a list, and how many comments were skipped."""

    rows: tuple[Row, ...]
    n_comments: int


def read_list(path: str | Path, columns: Columns, wanted: str) -> Listed:
    """Rows of a list; empty fields are left out of a row.

    Parameters
    ----------
    path : a text file (see `read_text`), ``-`` for standard input
    wanted : what an error message asks for instead

    Raises
    ------
    InterpError
        When it cannot be read, is no text, or lacks a column of its header.
    """
    text = read_text(path, wanted)
    where = name_of(path)
    first = next((line for line in text.split("\n") if line.strip() and not line.startswith("#")), "")
    if _JSON_ARRAY.match(first) and not _UNESCAPED_BAR.search(first):
        raise InterpError(f"{where}: is a JSON array; write one object a line, without brackets and commas")
    if Path(path).suffix.lower() in JSON_ENDINGS or _JSON_OBJECT.match(first):
        return _json_lines(text, columns)
    return _parted(text, columns, where)


def sound_rows(listed: Listed, where: str | Path) -> tuple[Row, ...]:
    """The rows, where nothing is wrong with any.

    Raises
    ------
    InterpError
        Naming the first line that will not do.
    """
    for row in listed.rows:
        if row.problem:
            raise InterpError(f"{name_of(where)} line {row.number}: {row.problem}")
    return listed.rows


def _json_lines(text: str, columns: Columns) -> Listed:
    lines = [(n, line) for n, line in enumerate(text.split("\n"), start=1) if line.strip()]
    spoken = [(n, line) for n, line in lines if not line.startswith("#")]
    return Listed(tuple(_json_row(n, line, columns) for n, line in spoken), len(lines) - len(spoken))


def _json_row(number: int, line: str, columns: Columns) -> Row:
    try:
        found = json.loads(line)
    except (json.JSONDecodeError, RecursionError) as error:
        message = getattr(error, "msg", "nested too deeply")
        remedy = "write / or \\\\ for a backslash" if "escape" in message else "give one object a line"
        return Row(number, {}, f"is not JSON ({message}); {remedy}")
    if not isinstance(found, dict):
        return Row(number, {}, "is no JSON object; give one object a line")
    return Row(number, _given(found), _wrong_names(found, columns) or _wrong_values(found, columns))


def _wrong_values(found: Mapping[str, Any], columns: Columns) -> str:
    """The first value of a known column that is no text or number, or no text that can be written."""
    for key in (k for k in found if k in columns.names and not columns.others):
        if isinstance(found[key], list | dict | bool):
            return f"{key}: is neither text nor a number"
        if isinstance(found[key], str) and re.search("[\0\ud800-\udfff]", found[key]):
            return f"{key}: holds a NUL or half a character"
    return ""


def _parted(text: str, columns: Columns, where: str) -> Listed:
    separator = _separator_of(text, columns)
    header: list[str] | None = None
    rows: list[Row] = []
    n_comments = 0
    try:
        for number, line, fields in _records(text, separator):
            if not rows and header is None and (header := _header(fields, columns)) is not None:
                _require_columns(header, columns, where)
                continue
            if line.startswith("#") and _is_comment(fields, separator, columns, first=not rows):
                n_comments += 1
                continue
            if header is None and not columns.bare:
                _require_columns(_names(fields), columns, where)
            rows.append(_row(number, fields, header, columns, separator))
    except csv.Error as error:
        raise InterpError(
            f"{where}: is no list of values with {NAMES[separator]} between ({error}); close every "
            'quotation mark, and double those in a text: ""'
        ) from error
    return Listed(tuple(rows), n_comments)


def _records(text: str, separator: str) -> Iterator[tuple[int, str, list[str]]]:
    """Number of its first line, first line and fields of every record that is not blank."""
    lines = text.split("\n")
    if separator in (BAR, TAB):
        split = _split_bars if separator == BAR else _split_tabs
        yield from ((n, line, split(line)) for n, line in enumerate(lines, start=1) if line.strip())
        return
    reader = csv.reader(
        (f"{line}\n" for line in lines), delimiter=separator, skipinitialspace=True, strict=True
    )
    start = 1
    for fields in reader:
        if any(field.strip() for field in fields):
            yield start, lines[start - 1], [field.strip() for field in fields]
        start = reader.line_num + 1


def _split_bars(line: str) -> list[str]:
    return [part.strip().replace("\\|", "|") for part in _UNESCAPED_BAR.split(line)]


def _split_tabs(line: str) -> list[str]:
    return [_unquoted(part.strip()) for part in line.split(TAB)]


def _unquoted(field: str) -> str:
    """A field as spreadsheets write it: in quotes, those within doubled."""
    inner = field[1:-1]
    quoted = len(field) > 1 and field[0] == field[-1] == '"' and '"' not in inner.replace('""', "")
    return inner.replace('""', '"') if quoted else field


def _separator_of(text: str, columns: Columns) -> str:
    """What parts most lines into columns of this list; else the first sign that stands in it at all."""
    fits = {separator: _fits(text, separator, columns) for separator in SEPARATORS}
    best = max(SEPARATORS, key=fits.__getitem__)
    if fits[best]:
        return best
    return next((separator for separator in reversed(SEPARATORS) if separator in text), BAR)


def _fits(text: str, separator: str, columns: Columns) -> int:
    """How many lines it parts rightly; where a header names columns, how many names it finds."""
    n = 0
    with suppress(csv.Error):
        for _, line, fields in _records(text, separator):
            if (header := _header(fields, columns)) is not None:
                return len(text) + len(header)
            if not columns.bare and not line.startswith("#"):
                return 0
            n += _width_fits(fields, columns)
    return n


def _width_fits(fields: Sequence[str], columns: Columns) -> bool:
    return len(columns.required) <= len(fields) <= len(columns.bare)


def _names(fields: Sequence[str]) -> list[str]:
    """Fields as names of columns."""
    return [field.strip().lstrip("#").strip().casefold().replace(" ", "_") for field in fields]


def _header(fields: Sequence[str], columns: Columns) -> list[str] | None:
    """Names of the columns, where a line names them: all that are required, or one where it must."""
    names = _names(fields)
    known = set(names) & set(columns.names)
    enough = known >= set(columns.required) if columns.bare else bool(known)
    return names if enough else None


def _is_comment(fields: Sequence[str], separator: str, columns: Columns, first: bool) -> bool:
    """Of a line that begins with ``#``: whether it holds no columns, or heads the list in its own words."""
    if len(fields) == 1 or (separator in ";," and not _width_fits(fields, columns)):
        return True
    return first and fields[0].lstrip("#").strip().casefold() == columns.names[0]


def _row(
    number: int, fields: Sequence[str], header: Sequence[str] | None, columns: Columns, separator: str
) -> Row:
    if header is not None:
        found = dict(zip(header, fields, strict=False))
        many = len(fields) > len(header)
        return Row(number, _given(found), _too_many(separator) if many else "")
    found = dict(zip(columns.bare, fields, strict=False))
    if _width_fits(fields, columns):
        return Row(number, _given(found))
    least, most = len(columns.required), len(columns.bare)
    hint = f" ({_escape(separator)})" if len(fields) > most else ""
    return Row(number, _given(found), f"{len(fields)} fields, {least} or {most} are needed{hint}")


def _too_many(separator: str) -> str:
    return f"has more fields than the header; {_escape(separator)}"


def _escape(separator: str) -> str:
    if separator == BAR:
        return r"| parts columns: write \| for one in a text, or JSON lines"
    if separator == TAB:
        return "a tab parts columns: write a space, or JSON lines"
    return f"{separator} parts columns: quote a text that holds {_plural(separator)}, or write JSON lines"


def _plural(separator: str) -> str:
    return "commas" if separator == "," else "semicolons"


def _given(found: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in found.items() if value is not None and value != ""}


def _require_columns(header: Sequence[str], columns: Columns, where: str) -> None:
    if missing := [name for name in columns.required if name not in header]:
        raise InterpError(f"{where}: column {missing[0]!r} is missing; wanted {', '.join(columns.required)}")
    if twice := [name for name in header if name and list(header).count(name) > 1]:
        raise InterpError(f"{where}: column {twice[0]!r} stands twice; name each column once")
    if problem := _wrong_names(dict.fromkeys(name for name in header if name), columns):
        raise InterpError(f"{where}: {problem}")


def _wrong_names(found: Mapping[str, Any], columns: Columns) -> str:
    unknown = [key for key in found if key not in columns.names]
    if not unknown or columns.others:
        return ""
    remedy = did_you_mean(unknown[0], columns.names) or f"allowed: {', '.join(columns.names)}"
    return f"unknown column {unknown[0]!r}, {remedy}"
