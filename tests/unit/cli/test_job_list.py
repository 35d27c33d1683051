"""What a file list asks for: columns, paths as people write them, names of sounds, all mistakes at once."""

import io
import json
import os
from pathlib import Path

import pytest

from interp.cli.job_list import jobs_of_list
from masks.errors import InterpError


@pytest.fixture
def write_list(tmp_path):
    for name in ("a.wav", "b.wav"):
        (tmp_path / name).touch()

    def write(text):
        (tmp_path / "list.txt").write_bytes(text if isinstance(text, bytes) else text.encode())
        return tmp_path / "list.txt"

    return write


def test_list_lines(write_list, tmp_path):
    jobs, notes = jobs_of_list(
        write_list("# head\n\nOne.|a.wav|b.wav\nTwo. | b.wav | a.wav | temp\n"), tmp_path / "out"
    )
    assert [(job.text, job.ref1.name, job.ref2.name, job.mode) for job in jobs] == [
        ("One.", "a.wav", "b.wav", None),
        ("Two.", "b.wav", "a.wav", "temp"),
    ]
    assert notes == (f"{tmp_path / 'list.txt'}: 1 line with # skipped",)
    assert jobs[0].ref1 == tmp_path / "a.wav"
    assert [job.out.name for job in jobs] == ["list_003.wav", "list_004.wav"]


def test_equal_lines_do_not_share_a_file(write_list, tmp_path):
    jobs, _ = jobs_of_list(write_list("A.|a.wav|b.wav\n" * 20), tmp_path)
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


def test_json_lines_name_their_sounds_and_seeds(write_list, tmp_path):
    rows = [
        {"text": "A | b.", "ref1": "a.wav", "ref2": "b.wav", "out": "x/A.flac", "seed": 3, "mode": "temp"},
        {"text": "B.", "ref1": "a.wav", "ref2": "b.wav", "out": str(tmp_path / "B.wav"), "seed": "4"},
        {"text": "C.", "ref1": "a.wav", "ref2": "b.wav"},
    ]
    jobs, _ = jobs_of_list(write_list("\n".join(map(json.dumps, rows))), tmp_path / "o")
    outs = [tmp_path / "o/x/A.flac", tmp_path / "B.wav", tmp_path / "o/list_003.wav"]
    assert [job.out for job in jobs] == outs
    assert [job.seed for job in jobs] == [3, 4, None]
    assert [job.mode for job in jobs] == ["temp", None, None]
    assert jobs[0].text == "A | b."


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("separator", ["|", "\t", ",", ";"])
def test_a_list_of_any_system(write_list, tmp_path, encoding, end, separator):
    lines = ["# made by a spreadsheet", separator.join(["Café.", "a.wav", "b.wav"]), ""]
    jobs, notes = jobs_of_list(write_list(end.join(lines).encode(encoding)), tmp_path)
    assert [job.text for job in jobs] == ["Café."]
    assert len(notes) == 1


@pytest.mark.parametrize(
    "written",
    [
        "sub dir/ü 'x'.wav",
        "./sub dir/../sub dir/ü 'x'.wav",
        "\"sub dir/ü 'x'.wav\"",
        "sub dir\\ü 'x'.wav",
        "~/sub dir/ü 'x'.wav",
        "{folder}/sub dir/ü 'x'.wav",
        "link.wav",
    ],
)
def test_paths_as_people_write_them(write_list, tmp_path, monkeypatch, written):
    monkeypatch.setenv("HOME", str(tmp_path))
    path = tmp_path / "sub dir" / "ü 'x'.wav"
    path.parent.mkdir()
    path.touch()
    (tmp_path / "link.wav").symlink_to(path)
    line = f"A.|{written.format(folder=tmp_path)}|b.wav"
    jobs, _ = jobs_of_list(write_list(line), tmp_path)
    assert os.path.samefile(jobs[0].ref1, path)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("Yes | no|a.wav|b.wav", r"no is missing; .*mode 'b.wav'.* | within a text is \|"),
        ("A.|C:\\a.wav|b.wav", r"C:\a.wav is missing; it is looked for with / too"),
        ("A.|https://x.org/a.wav|b.wav", "is a web address; download it"),
        ("A.|-|b.wav", "- is missing"),
        ("A.|.|b.wav", ". is missing"),
        ("A.||b.wav", "ref1: a reference is missing"),
        ("# old|none.wav|b.wav", "line 1: none.wav is missing"),
        ('{"text": "A.", "ref1": "a.wav"}', "ref2: a reference is missing"),
        ('{"text": "A.", "ref1": "a.wav", "ref2": "b.wav", "out": "x.mp3"}', "out: x.mp3 ends in .mp3"),
        ('{"text": "A.", "ref1": "a.wav", "ref2": "b.wav", "seed": 1.5}', "seed 1.5 is no whole number"),
        ('{"text": "A.", "ref1": "a.wav", "ref2": "b.wav", "seed": "x"}', "seed 'x' is no whole number"),
        ('{"text": "A.", "ref1": "a.wav", "ref2": "b.wav", "seed": -1}', "seed -1 is no whole number"),
        ('{"text": "A.", "ref1": "a.wav", "ref2": "b.wav", "output": "x"}', "did you mean out?"),
    ],
)
def test_lines_that_will_not_do(write_list, tmp_path, line, says):
    with pytest.raises(InterpError) as caught:
        jobs_of_list(write_list(line), tmp_path)
    assert all(part in str(caught.value) for part in says.split(".*"))


def test_a_list_from_standard_input(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    Path("a.wav").touch()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"A.|a.wav|a.wav\n")))
    ((job,), _) = jobs_of_list(Path("-"), Path("out"))
    assert (job.ref1, job.out, job.where) == (
        Path("a.wav"),
        Path("out/list_001.wav"),
        "standard input line 1: ",
    )
