"""One reader of lists: what parts columns is seen from the lines; comments, headers, signs within a text."""

import json

import pytest

from interp.system.lists import Columns, read_list, sound_rows
from masks.errors import InterpError

OPEN = Columns(("text", "ref1", "ref2"), ("mode", "out", "seed"), bare=("text", "ref1", "ref2", "mode"))
CLOSED = Columns(("output", "ref1"), ("text",))
ROW = {"text": "Well, yes.", "ref1": "a b.wav", "ref2": "b.wav"}


def rows_of(folder, content, columns=OPEN, name="l.txt"):
    data = content if isinstance(content, bytes) else content.encode()
    (folder / name).write_bytes(data)
    return read_list(folder / name, columns, "a list")


@pytest.mark.parametrize(
    "line",
    [
        "Well, yes.|a b.wav|b.wav",
        " Well, yes. | a b.wav | b.wav ",
        "Well, yes.\ta b.wav\tb.wav",
        '"Well, yes."\ta b.wav\tb.wav',
        '"Well, yes.",a b.wav,b.wav',
        '"Well, yes.", a b.wav, b.wav',
        "Well, yes.;a b.wav;b.wav",
        json.dumps(ROW),
        "text|ref1|ref2\nWell, yes.|a b.wav|b.wav",
        "Ref1,Ref2,Text\na b.wav,b.wav,Well\\, yes.".replace("Well\\, yes.", '"Well, yes."'),
        "# text|ref1|ref2\nWell, yes.|a b.wav|b.wav",
    ],
)
def test_every_way_to_part_columns(tmp_path, line):
    for end, encoding in (("\n", "utf-8"), ("\r\n", "utf-8-sig"), ("\r", "utf-16")):
        (row,) = rows_of(tmp_path, (line + "\n\n").replace("\n", end).encode(encoding)).rows
        assert (dict(row.fields), row.problem) == (ROW, ""), (end, encoding)


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (r"Yes \| no|a|b", "Yes | no"),
        ("One\u2028two\f.|a|b", "One two ."),
        ('Say "no".|a|b', 'Say "no".'),
        ('"No," he said.\ta\tb', '"No," he said.'),
        ('"He said ""no"".",a,b', 'He said "no".'),
        ("a|b\ta\tb\nx\ta\tb", "a|b"),
        ("# of apples is seven|a|b", "# of apples is seven"),
        ("{HH AH0 L OW1}|a|b", "{HH AH0 L OW1}"),
        ("[laugh] Yes.|a|b", "[laugh] Yes."),
        ("Well; well, well|a|b", "Well; well, well"),
        ('{"text": "\\u00e9\\ud83d\\ude00 | #", "ref1": "a", "ref2": "b"}', "é😀 | #"),
    ],
)
def test_signs_in_a_text(tmp_path, line, text):
    row = rows_of(tmp_path, line).rows[0]
    assert (row.fields["text"], row.problem) == (text, "")


@pytest.mark.parametrize(
    ("content", "n_comments", "numbers"),
    [
        ("# head\n\nA|a|b\n# more, and more\nA|a|b\n", 2, [3, 5]),
        ("\ufeff# head\nA|a|b", 1, [2]),
        ("# text|reference 1|reference 2[|mode], paths relative\nA|a|b", 1, [2]),
        ("# a, b, c, d, e\nA,a,b\nB,a,b", 1, [2, 3]),
        ('# head\n{"text": "A", "ref1": "a", "ref2": "b"}', 1, [2]),
        ('"A\nB",a,b\nC,a,b', 0, [1, 3]),
        ("\n\n", 0, []),
    ],
)
def test_comments_are_counted_and_lines_numbered(tmp_path, content, n_comments, numbers):
    listed = rows_of(tmp_path, content)
    assert (listed.n_comments, [row.number for row in listed.rows]) == (n_comments, numbers)
    assert not any(row.problem for row in listed.rows)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("A|a", "2 fields, 3 or 4 are needed"),
        ("A|B|C|a|b", r"5 fields, 3 or 4 are needed (| parts columns: write \| for one in a text"),
        ("A\tB\tC\ta\tb\nA\ta\tb", "a tab parts columns"),
        ("#A|a", "2 fields"),
        ("text,ref1,ref2\nA,B,a,b", "has more fields than the header; , parts columns: quote a text"),
        ('{"text": "A", "ref1": "C:\\new.wav", "ref2": "\\x"}', "write / or \\\\ for a backslash"),
        ('{"text": "A", "output": "a"}', "unknown column 'output', did you mean out?"),
        ('{"text": ["A"]}', "text: is neither text nor a number"),
        ('{"text": "A\\u0000"}', "text: holds a NUL or half a character"),
        ('{"text": "A", "out": "\\ud800.wav"}', "out: holds a NUL or half a character"),
        ('{"text": "A",\n"ref1": "a"}', "is not JSON"),
    ],
)
def test_a_line_that_will_not_do(tmp_path, line, says):
    problems = [row.problem for row in rows_of(tmp_path, line).rows if row.problem]
    assert says in problems[0]
    with pytest.raises(InterpError, match=r"l\.txt line \d: "):
        sound_rows(rows_of(tmp_path, line), tmp_path / "l.txt")


@pytest.mark.parametrize(
    ("content", "columns", "says"),
    [
        ("text,ref1,ref2,speed\nA,a,b,2", OPEN, "l.txt: unknown column 'speed', did you mean seed?"),
        ("text,ref1,ref2,text\nA,a,b,2", OPEN, "column 'text' stands twice"),
        ('"A,a,b\nA,a,b', OPEN, "close every quotation mark"),
        ("\xe9".encode("latin-1"), OPEN, "byte 1 (0xE9"),
        ("[\n{}]", OPEN, "is a JSON array; write one object a line"),
        ("output,text\nx,y", CLOSED, "column 'ref1' is missing; wanted output, ref1"),
        ("x,y\nx,y", CLOSED, "column 'output' is missing"),
    ],
)
def test_a_list_that_will_not_do(tmp_path, content, columns, says):
    with pytest.raises(InterpError) as caught:
        rows_of(tmp_path, content, columns)
    assert says in str(caught.value)


def test_other_columns_pass_where_a_list_lets_them(tmp_path):
    listed = rows_of(tmp_path, "output;ref1;speed\nx;y;3", Columns(("output", "ref1"), others=True))
    assert listed.rows[0].fields == {"output": "x", "ref1": "y", "speed": "3"}
