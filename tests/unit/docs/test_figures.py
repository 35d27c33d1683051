"""One home a figure: what README and RESULTS quote is what docs/evaluation holds."""

import csv
import re

from pages import ROOT, needs_docs, tables

README, RESULTS, HOME = ROOT / "README.md", ROOT / "docs" / "RESULTS.md", ROOT / "docs" / "evaluation"
QUOTED = {  # start of the README's row: the experiment and its figure
    "`freq`: pitch nearer to reference 1": ("freq", "pitch.nearer_ref1"),
    "`temp`: both parts nearer": ("temp", "switch.both_nearer"),
    "`freq`: words that a speech recogniser": ("freq", "words.wer"),
}
FIGURE_OF = {  # column of RESULTS: figure, and how it is written
    "F0 nearer to ref 1": ("pitch.nearer_ref1", "%"),
    "within 1.5 st": ("pitch.within", "%"),
    "st from ref 1, median": ("pitch.ref1.away", ".1f"),
    "place of F0": ("pitch.place", ".2f"),
    "pitch mass": ("mass.pitch", ".2f"),
    "rest mass": ("mass.rest", ".2f"),
    "speaker to ref 1": ("speaker.ref1.equalised", ".3f"),
    "speaker to ref 2": ("speaker.ref2.equalised", ".3f"),
    "nearer to ref 2's speaker": ("speaker.nearer_ref2", "%"),
    "WER": ("words.wer", "%"),
    "DNSMOS": ("dnsmos.overall", ".2f"),
    "evaluations": ("cost.evaluations", ".0f"),
    "gradients": ("cost.gradients", ".0f"),
    "contour correlation to ref 1": ("contour.ref1.correlation", ".2f"),
    "first part nearer to ref 1": ("switch.first.nearer", "%"),
    "second part nearer to ref 2": ("switch.second.nearer", "%"),
    "both parts right": ("switch.both_nearer", "%"),
    "switch late, s": ("switch.late_s", ".2f"),
    "speaker of first part to ref 1": ("switch_speaker.first.ref1", ".2f"),
    "speaker of second part to ref 2": ("switch_speaker.second.ref2", ".2f"),
}
EXPERIMENTS = ("freq", "dose", "contour", "temp")

pytestmark = needs_docs


def home(experiment: str) -> dict[tuple[str, str], dict[str, str]]:
    """Rows of an experiment's table by condition and figure."""
    with (HOME / experiment / "conditions.csv").open(newline="") as file:
        return {(row["condition"], row["figure"]): row for row in csv.DictReader(file)}


def written(row: dict[str, str], form: str, key: str) -> str:
    """A figure as the pages write it."""
    value = float(row[key])
    return f"{100 * value:.0f}" if form == "%" else format(value, form)


def test_the_readme_quotes_what_was_measured():
    (table,) = [t for t in tables(README) if t[0][0] == "measured"]
    assert [c.strip("*") for c in table[0]] == ["measured", "noise untuned", "noise tuned"]
    assert len(table) == 1 + len(QUOTED)
    for said, *numbers in table[1:]:
        (place,) = [place for start, place in QUOTED.items() if said.startswith(start)]
        rows = [home(place[0])[condition, place[1]] for condition in ("unguided", "guided")]
        assert [n.strip("*") for n in numbers] == [f"{written(row, '%', 'mean')} %" for row in rows], said
        assert int(re.search(r"(\d+) pairs", said)[1]) == int(rows[0]["n"]), said


def test_results_quote_what_was_measured():
    homes = [home(experiment) for experiment in EXPERIMENTS]
    compared = [table for table in tables(RESULTS) if table[0][0] == "condition"]
    assert len(compared) == 9
    for table in compared:
        nearest = min((_differences(table, rows) for rows in homes), key=len)
        assert not nearest, nearest


def _differences(table: list[tuple[str, ...]], rows: dict[tuple[str, str], dict[str, str]]) -> list[str]:
    """Cells of a table that an experiment did not measure so."""
    found = []
    for said, *numbers in table[1:]:
        condition = said.strip("*`")
        for column, cell in zip(table[0][1:], numbers, strict=True):
            figure, form = FIGURE_OF[column]
            row = rows.get((condition, figure))
            if row is None:
                found += [] if cell == "-" else [f"{condition}, {column}: {cell} has no home"]
                continue
            keys = ("mean", "low", "high")[: len(re.findall(r"-?[\d.]+", cell))]
            expected = [written(row, form, key) for key in keys]
            if re.findall(r"-?[\d.]+", cell) != expected:
                found.append(f"{condition}, {column}: {cell}, home {expected}")
    return found


def test_results_have_narrow_tables_and_bold_answers():
    page = RESULTS.read_text(encoding="utf-8")
    assert all(len(row) <= 5 for table in tables(RESULTS) for row in table)
    for question, answer in re.findall(r"^## (.*\?)\n\n(.*?)\n\n", page, re.MULTILINE | re.DOTALL):
        bold = re.match(r"\*\*(.+?)\*\*", answer, re.DOTALL)
        assert bold, question
        assert not re.search(r"\d %|\d\.\d", bold[1]), question
