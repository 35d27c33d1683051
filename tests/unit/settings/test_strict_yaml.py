"""YAML's traps."""

import pytest

from interp.settings.strict_yaml import dump_yaml, parse_yaml, read_yaml
from masks.errors import InterpError


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-4", 1e-4),
        ("1E5", 1e5),
        ("-.5", -0.5),
        ("+3", 3),
        ("010", 10),
        ("no", "no"),
        ("off", "off"),
        ("y", "y"),
        ("true", True),
        ("False", False),
        ("12:30", "12:30"),
        ("2020-01-01", "2020-01-01"),
        ("0x10", "0x10"),
        ("1_000", "1_000"),
        ("", None),
        ("~", None),
        ("null", None),
        ("[1, 2.0]", [1, 2.0]),
    ],
)
def test_scalars(text, value):
    found = parse_yaml(f"a: {text}", "here")["a"]
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    "value", ["no", "1e-4", "12:30", "", "null", "true", 1e-5, 3, None, True, [1], "a: b"]
)
def test_what_is_written_is_read_back(value):
    again = parse_yaml(dump_yaml({"a": value}), "here")["a"]
    assert again == value
    assert type(again) is type(value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: 1\nb: 2\na: 3", "line 3 key 'a' stands twice"),
        ("a: {b: 1, b: 2}", "key 'b' stands twice"),
        ("a: [", "line 1"),
        ("a: !!python/object/apply:os.system [true]", "could not determine a constructor"),
    ],
)
def test_mistakes_name_file_and_line(text, says):
    with pytest.raises(InterpError, match=says) as caught:
        parse_yaml(text, "my.yaml")
    assert str(caught.value).startswith("my.yaml")
    assert "\n" not in str(caught.value)


def test_files(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text("# nothing\n")
    assert read_yaml(path) == {}
    path.write_text("- 1\n")
    with pytest.raises(InterpError, match="list, not settings"):
        read_yaml(path)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InterpError, match="not UTF-16-LE, as its mark says"):
        read_yaml(path)
    with pytest.raises(InterpError, match="cannot be read"):
        read_yaml(tmp_path / "none.yaml")
