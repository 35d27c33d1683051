"""The command line between other programs: streams, what is there already, odd names, signals, locales."""

import contextlib
import io
import os
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

import click
import pytest
import soundfile
from spoken import write_voice

from interp.cli import main

TEXT = ("--text", "The boy was there.")
SLOW = """
import os, sys, time
sys.path.insert(0, {tests!r})
from pathlib import Path
from types import ModuleType
import interp.system.files as files

class Synthesizer:
    @classmethod
    def load(cls, *_, **__): return cls()

    def __call__(self, *_, **__):
        with files.whole_file("half.txt") as temporary:
            temporary.write_text("half")
            Path("working").touch()
            time.sleep(60)

module = ModuleType("interp.synthesis.pipeline")
module.Synthesizer = Synthesizer
sys.modules["interp.synthesis.pipeline"] = module
from interp.cli import main
main()
"""


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_sound_on_standard_output_and_talk_on_standard_error(interp, calls, voices, here):
    result = interp("synth", *TEXT, "--ref1", voices[0], "-o", "-")
    assert result.exit_code == 0, result.stderr
    wav, rate = soundfile.read(io.BytesIO(result.stdout_bytes), dtype="int16")
    assert (len(wav), rate) == (60 * 256, 22050)
    assert result.stdout_bytes[:4] == b"RIFF"
    assert int.from_bytes(result.stdout_bytes[4:8], "little") == len(result.stdout_bytes) - 8
    assert "standard output: 0.70 s of speech" in result.stderr
    assert sorted(p.name for p in here.iterdir()) == ["a.wav", "b.wav"]


def test_standard_output_may_be_closed_or_a_terminal(interp, calls, monkeypatch):
    from interp.cli.jobs import single_job
    from interp.cli.outputs import require_outputs
    from masks.errors import InterpError

    class Terminal(io.StringIO):
        def isatty(self):
            return True

    job = single_job("A.", None, None, Path("-"), None)
    for stream, says in ((None, "is closed"), (Terminal(), "is a terminal; pipe the sound on")):
        with monkeypatch.context() as patched:
            patched.setattr("sys.stdout", stream)
            with pytest.raises(InterpError, match=says):
                require_outputs((job,), True, None)


def test_a_recording_from_standard_input(interp, calls, voices, here):
    data = voices[1].read_bytes()
    result = interp("synth", *TEXT, "--ref1", voices[0], "--ref2", "-", "-o", "o.wav", input=data)
    assert result.exit_code == 0, result.output
    checked = interp("check", "-", input=data)
    assert checked.stdout.startswith("standard input: ")
    assert "pitch 190 Hz" in checked.stdout


def test_a_recording_from_a_pipe(interp, voices, here):
    os.mkfifo("pipe")
    threading.Thread(target=Path("pipe").write_bytes, args=(voices[0].read_bytes(),), daemon=True).start()
    assert "pitch 110 Hz" in interp("check", "pipe").stdout


ROWS = '{"text": "A.", "ref1": "a.wav", "ref2": "b.wav", "out": "%s"}\n'


@pytest.mark.parametrize(
    ("content", "arguments", "says"),
    [
        (ROWS % "x.wav" + ROWS % "./y/../x.wav", (), "line 2: o/y/../x.wav is written by list.jsonl line 1"),
        (ROWS % "x.wav" + ROWS % "new.wav", (), "o/x.wav: exists already; add --overwrite"),
        (ROWS % "x.wav" + ROWS % "../z.wav", (), "o/x.wav and 1 more: exists already"),
        (ROWS % "../a.wav", ("--overwrite",), "line 1: o/../a.wav is the reference a.wav"),
        (ROWS % "../link.wav", ("--overwrite",), "is the reference a.wav, which would be lost"),
        (ROWS % "folder.wav", ("--overwrite",), "cannot be written (a folder has that name)"),
        (ROWS % "x.wav/y.wav", ("--overwrite",), "cannot be written"),
    ],
)
def test_a_list_writes_over_nothing(interp, calls, voices, here, content, arguments, says):
    Path("list.jsonl").write_text(content)
    Path("o/folder.wav").mkdir(parents=True)
    Path("o/y").mkdir()
    for name in ("o/x.wav", "z.wav"):
        Path(name).write_text("old")
    Path("link.wav").symlink_to("a.wav")
    result = interp("synth", "-f", "list.jsonl", "--out-dir", "o", *arguments)
    assert result.exit_code == 2
    assert says in result.stderr
    assert calls == []
    assert Path("o/x.wav").read_text() == "old"


def test_a_list_writes_over_files_when_it_is_told_to(interp, calls, voices, here):
    Path("list.jsonl").write_text(ROWS % "x.wav")
    for arguments, exit_code in (((), 0), ((), 2), (("--overwrite",), 0)):
        result = interp("synth", "-f", "list.jsonl", "--out-dir", "o", *arguments)
        assert result.exit_code == exit_code
    assert len(calls) == 2


def test_seeds_and_reports_of_a_list(interp, calls, voices, here):
    rows = [ROWS % f"{name}/x.wav" for name in "ab"]
    Path("list.jsonl").write_text("# mine\n" + "".join(rows).replace('"text"', '"seed": 7, "text"', 1))
    result = interp("synth", "-f", "list.jsonl", "--out-dir", "o", "--report", "r")
    assert result.exit_code == 0, result.output
    assert [call[3].seed for call in calls] == [7, 0]
    assert "note: list.jsonl: 1 line with # skipped" in result.stderr
    assert sorted(p.name for p in Path("r").iterdir()) == ["x_001", "x_002"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--ref1", "a.wav", "--out", "a.wav"), "a.wav is the reference a.wav, which would be lost"),
        (("--ref2", "a.wav", "--out", "./link.wav"), "is the reference a.wav"),
        (("--ref1", ""), "--ref1': it is empty; give a path"),
        (("--out", ""), "--out': it is empty; give a path"),
        (("--ref1", "."), ".: is a folder; give a sound file"),
        (("--ref1", "empty.wav"), "empty.wav: the file is empty"),
        (("--ref1", "/dev/null"), "/dev/null: is a device, no file"),
        (("--ref1", "loop.wav"), "loop.wav: no such file"),
        (("--out", "sub"), "--out: sub is a folder; give it with --out-dir, or name it sub/out.wav"),
        (("--out", "sub/"), "--out: sub is a folder"),
        (("--out", "pipe.wav"), "cannot be written (it is no ordinary file)"),
        (("--out", "a.wav/x.wav"), "cannot be written"),
        (("--text", "caf\udce9"), "--text: byte 4 (0xE9, line 1) is not UTF-8 text"),
        (("--text-file", "x"), "--text-file: not together with --text"),
        (("--config", "sub"), "sub: cannot be read (Is a directory)"),
        (("--config", "latin.yaml"), "latin.yaml: byte 3 (0xE9"),
        (("--out", "-", "--out-dir", "sub"), "--out-dir: sub has no part in --out -"),
        (("--out", "x" * 300 + ".wav"), "cannot be written (File name too long)"),
        (("--ref1", "x" * 300), "no such file"),
        (("--text-file", "x" * 300, "--config", "x" * 300), "cannot be read (File name too long)"),
        (("--report", "a.wav"), "a.wav: cannot be written"),
    ],
)
def test_paths_that_will_not_do(interp, calls, voices, here, arguments, says):
    Path("sub").mkdir()
    Path("empty.wav").touch()
    Path("latin.yaml").write_bytes(b"# \xe9")
    Path("link.wav").symlink_to("a.wav")
    Path("loop.wav").symlink_to("loop.wav")
    os.mkfifo("pipe.wav")
    before = voices[0].read_bytes()
    result = interp("synth", *TEXT, *arguments)
    assert result.exit_code == 2, result.output
    assert says in result.stderr
    assert result.stderr.count("\n") == 1
    assert voices[0].read_bytes() == before
    assert not Path("out.wav").exists()


@pytest.mark.parametrize(
    "name", ["a b.wav", "ü 'q' \"w\".wav", "new/deep/a.wav", "~/a.wav", "-a.wav", "#1.wav", "日本.FLAC"]
)
def test_paths_that_will_do(interp, calls, voices, here, monkeypatch, name):
    (here / "home").mkdir()
    monkeypatch.setenv("HOME", str(here / "home"))
    result = interp("synth", *TEXT, f"--out={name}", f"--ref1={voices[0]}")
    assert result.exit_code == 0, result.output
    path = Path(os.path.expanduser(name))
    assert soundfile.info(path).frames == 60 * 256
    shutil.copy(voices[0], path)
    again = interp("synth", *TEXT, f"--ref1={name}", "-o", here / "o.wav")
    assert again.exit_code == 0, again.output


def test_a_link_is_written_through(interp, calls, here):
    Path("link.wav").symlink_to("target.wav")
    assert interp("synth", *TEXT, "-o", "link.wav").exit_code == 0
    assert Path("link.wav").is_symlink()
    assert soundfile.info("target.wav").frames == 60 * 256


def test_a_read_only_file_stays(interp, calls, here, monkeypatch):
    Path("o.wav").write_text("kept")
    monkeypatch.setattr("os.access", lambda path, mode: Path(path).name != "o.wav")
    result = interp("synth", *TEXT, "-o", "o.wav")
    assert result.exit_code == 2
    assert "o.wav: cannot be written (the file is read-only)" in result.stderr
    assert Path("o.wav").read_text() == "kept"


@pytest.mark.parametrize(
    ("n_words", "arguments", "says"), [(400, (), True), (400, ("--quiet",), False), (3, (), False)]
)
def test_long_work_is_foretold(interp, calls, here, n_words, arguments, says):
    result = interp("synth", "--text", "word " * n_words, *arguments)
    assert ("note: this will take about" in result.stderr) == says


def test_ctrl_c_is_130_and_one_line(interp, calls, here, monkeypatch):
    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(sys.modules["interp.synthesis.pipeline"].Synthesizer, "__call__", stop)
    result = interp("synth", *TEXT)
    assert (result.exit_code, result.stdout) == (130, "")
    assert result.stderr == "interp: stopped; files that were finished are kept\n"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other signals")
@pytest.mark.parametrize(("name", "exit_code"), [("SIGINT", 130), ("SIGTERM", 143), ("SIGHUP", 129)])
def test_a_signal_leaves_nothing_half_written(here, name, exit_code):
    code = SLOW.format(tests=str(Path(__file__).parent))
    child = subprocess.Popen([sys.executable, "-c", code, "synth", *TEXT], stderr=subprocess.PIPE, text=True)
    while not Path("working").exists() and child.poll() is None:
        threading.Event().wait(0.02)
    child.send_signal(getattr(signal, name))
    _, said = child.communicate(timeout=30)
    assert child.returncode == exit_code
    assert "Traceback" not in said
    assert [p.name for p in here.iterdir()] == ["working"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows names files in Unicode everywhere")
def test_any_name_in_the_c_locale(here):
    name = "ü.wav".encode()
    os.rename(write_voice("a.wav"), name)
    environment = os.environ | {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    command = [sys.executable, "-m", "interp", "mask", name, "-o", b"m " + name + b".npz"]
    done = subprocess.run(command, env=environment, capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (0, b"m " + name + b".npz\n"), done.stderr


@pytest.mark.parametrize(
    ("encoding", "printed"),
    [("ascii", b"caf\xe9 \xc3\xbc \xe2\x86\x92"), ("latin-1", b"caf\xe9 \xfc \\u2192")],
)
def test_any_name_can_be_printed(monkeypatch, encoding, printed):
    from interp.cli.one_line_errors import OneLineErrors

    raw = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(raw, encoding=encoding))
    with pytest.raises(SystemExit):
        OneLineErrors(callback=lambda: None, invoke_without_command=True).main([])
    click.echo("caf\udce9 ü →")
    assert raw.getvalue() == printed + b"\n"


@pytest.mark.skipif(sys.platform == "win32", reason="a shell is needed")
@pytest.mark.parametrize(
    ("script", "exit_codes"),
    [
        ("{} synth --help | head -1; exit ${{PIPESTATUS[0]}}", (0, 1)),
        ("{} --help | true; exit ${{PIPESTATUS[0]}}", (0, 1)),
        ("{} --help >&-", (0,)),
        ("{} sweep status none 2>&-", (2,)),
        ("{} sweep status none <&-", (2,)),
    ],
)
def test_streams_may_be_closed(here, script, exit_codes):
    line = script.format(f"'{sys.executable}' -m interp")
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=False)
    assert done.returncode in exit_codes
    assert "Traceback" not in done.stderr
    assert "BrokenPipe" not in done.stderr


def test_a_reader_that_goes_away_in_the_middle(calls, here):
    reader, writer = os.pipe()
    os.close(reader)
    with open(writer, "w") as stdout, contextlib.redirect_stdout(stdout), pytest.raises(SystemExit) as left:
        main(["synth", *TEXT, "--out", "-", "--quiet"])
    assert left.value.code == 1


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_a_script_of_the_shell(interp, shell):
    result = interp("completion", shell)
    assert result.exit_code == 0
    assert f"_INTERP_COMPLETE={shell}_complete" in result.stdout


def test_completion_of_an_unknown_shell(interp):
    result = interp("completion", "tcsh")
    assert result.exit_code == 2
    assert "'tcsh' is not one of 'bash', 'zsh', 'fish'" in result.stderr


@pytest.mark.parametrize(
    ("line", "wanted"),
    [("interp co", "completion"), ("interp synth --text-", "--text-file"), ("interp synth --mode t", "temp")],
)
def test_what_completion_offers(here, line, wanted):
    words = {
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(line.split()) - 1),
        "_INTERP_COMPLETE": "bash_complete",
    }
    code = "import sys; from interp.cli import main; main(prog_name='interp')"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, env=os.environ | words
    )
    assert f"plain,{wanted}" in done.stdout.split(), done.stderr


@pytest.mark.parametrize(
    ("arguments", "piped", "says"),
    [
        ((), "Café.".encode("utf-16"), "cafe\t"),
        (("--text-file", "-"), b"Hello.", "hello\t"),
        ((), b"caf\xe9", "standard input: byte 4 (0xE9"),
        (("--text", "Hello."), b"", "hello\t"),
        ((), b"", "standard input: is empty"),
        (("--text", "Qix.", "--lexicon", "wide.txt"), b"", "qix\tHH AH0"),
        (("--text", "Qix.", "--lexicon", "latin.txt"), b"", "latin.txt: byte 1 (0xE9"),
    ],
)
def test_what_is_read_is_said_in_any_encoding(interp, here, arguments, piped, says):
    Path("wide.txt").write_bytes("# mine\r\nqix\tHH AH0\r\n".encode("utf-16"))
    Path("latin.txt").write_bytes(b"\xe9\tHH")
    result = interp("say", *arguments, input=piped)
    assert says.casefold() in result.output.casefold().replace("é", "e")
    assert (result.exit_code == 0) == ("\t" in says)
