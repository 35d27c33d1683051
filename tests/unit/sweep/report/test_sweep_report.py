"""The page stands alone and shows what the ledger holds; the tables can be read back."""

import csv
import re
from html.parser import HTMLParser

import pytest
from sweep_fakes import SPEC, outcome, plan_of, speak_but_gamma_2

from interp.backends.in_process import InProcess
from interp.sweep.ledger import open_ledger
from interp.sweep.report.report import write_sweep_report
from interp.sweep.report.tables import has_parquet
from interp.sweep.run import run_sweep
from interp.sweep.status import describe_sweep
from interp.system.lock import only_run
from masks.errors import InterpError

VOID = {"meta", "link", "line", "rect", "circle", "polyline", "br"}


class Balanced(HTMLParser):
    """Remembers tags that were left open, and addresses."""

    def __init__(self):
        super().__init__()
        self.open, self.addresses = [], []

    def handle_starttag(self, tag, attributes):
        self.addresses += [value for name, value in attributes if name in ("src", "href")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag


def speak_aloud(batch):
    return [outcome(p, audio=b"OggS%d" % p.number) for p in batch.points]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sweep")
    plan = plan_of(folder, SPEC + "keep_audio: true\n", "loud & clear.yaml")
    run_sweep(plan, folder / "loud", lambda: InProcess(speak_aloud))
    write_sweep_report(folder / "loud", folder / "loud" / "report")
    return folder / "loud"


@pytest.fixture(scope="module")
def page(folder):
    return (folder / "report" / "index.html").read_text(encoding="utf-8")


def test_the_page_is_whole_and_asks_for_nothing_else(page):
    parser = Balanced()
    parser.feed(page)
    assert parser.open == []
    assert parser.addresses
    assert all(address.startswith("data:") for address in parser.addresses)
    assert "<script" not in page
    assert "http" not in page


def test_the_map_shows_every_mean_of_gamma_against_tau(page):
    table = re.search(r"<table class=map>.*?</table>", page).group()
    cells = [
        [float(c) for c in re.findall(r"<td[^>]*>([^<]+)</td>", line)] for line in table.split("<tr>")[2:]
    ]
    expected = [[gamma - end + 0.035 for end in (0.2, 0.6)] for gamma in (0.5, 1, 2)]
    assert [len(line) for line in cells] == [2, 2, 2]
    for line, wanted in zip(cells, expected, strict=True):
        assert line == pytest.approx(wanted, abs=0.006)


def test_the_best_points_have_players_beside_their_control(page):
    import base64

    sounds = [base64.b64decode(s) for s in re.findall(r"data:audio/ogg;base64,([^\"]+)", page)]
    assert (
        sum(s.startswith(b"OggS") and len(s) < 8 for s in sounds) == 16
    )  # eight points, each with its control
    assert sum(len(s) > 1000 for s in sounds) == 2  # both references
    assert max(map(len, sounds)) < 100_000


def test_settings_whose_interval_excludes_no_effect_are_named(page):
    assert "6 of 6 settings differ from the control" in page
    assert "gamma 0.5, tau 0.3-0.6" in page


def test_few_units_are_said_to_be_few(page):
    """Four differences have one sign in 1 of 8 cases by chance: of 6 settings in 0.8, not in 0.3."""
    assert "0.8 would by chance alone, for 4 units are too few for an interval" in page


def test_csv_holds_a_row_a_point_and_a_row_a_setting(folder):
    with (folder / "report" / "points.csv").open(encoding="utf-8") as file:
        points = list(csv.DictReader(file))
    with (folder / "report" / "settings.csv").open(encoding="utf-8") as file:
        settings = list(csv.DictReader(file))
    assert (len(points), len(settings)) == (28, 7)
    assert points[-1]["settings.guidance.gamma"] == "2.0"
    assert points[-1]["axes.tau"] == "[0.3, 0.6]"
    assert float(settings[-1]["pitch.ref1.semitones.mean"]) == pytest.approx(2 - 0.6 + 0.035)
    assert float(settings[-1]["pitch.ref1.semitones.difference_low"]) == pytest.approx(-2.6)


@pytest.mark.skipif(not has_parquet(), reason="pyarrow is not installed")
def test_parquet_holds_the_same(folder):
    import pyarrow.parquet

    table = pyarrow.parquet.read_table(folder / "report" / "points.parquet")
    assert table.num_rows == 28
    assert table["pitch.ref1.semitones"].to_pylist()[-1] == pytest.approx(2 - 0.6 + 0.07)
    assert str(table["settings.guidance.gamma"].type) == "double"


def test_failures_are_shown_and_counted(tmp_path):
    run_sweep(plan_of(tmp_path), tmp_path, lambda: InProcess(speak_but_gamma_2))
    write_sweep_report(tmp_path, tmp_path / "report")
    assert (tmp_path / "report" / "index.html").read_text().count("gamma 2: no") == 8
    status = "\n".join(describe_sweep(tmp_path))
    assert "28 points: 0 pending, 0 running, 20 done, 8 failed" in status
    assert "failed 8 times: gamma 2: no" in status
    assert "no process runs it" not in status


def test_status_tells_when_a_sweep_was_killed(tmp_path):
    run_sweep(plan_of(tmp_path), tmp_path, lambda: InProcess(speak_but_gamma_2))
    with open_ledger(tmp_path) as ledger:
        ledger.start([1, 2])
    assert "  no process runs it now" in describe_sweep(tmp_path)
    with only_run(tmp_path):
        assert "  no process runs it now" not in describe_sweep(tmp_path)


def test_a_sweep_without_a_point_done_has_no_report(tmp_path):
    run_sweep(plan_of(tmp_path), tmp_path, lambda: InProcess(lambda b: [outcome(p, "no") for p in b.points]))
    with pytest.raises(InterpError, match="no point is done yet"):
        write_sweep_report(tmp_path, tmp_path / "report")
