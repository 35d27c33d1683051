"""The report as one HTML page that needs nothing else: no script, no network, sound inside."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from interp.reports.intervals import LEVEL, Interval
from interp.sweep.ledger import Row
from interp.sweep.progress import axes_in_words
from interp.sweep.report.curve import curve
from interp.sweep.report.heat_map import heat_map, number
from interp.sweep.report.summary import Effect, Setting, axis_values, effects
from interp.sweep.spec import BestBy

BEST_SETTINGS = 10
BEST_POINTS = 8
BY_CHANCE = 1 - LEVEL
TELLING = ("pitch.place", "guidance.ref1_pitch_after", "guidance.ref2_rest_after")
OPEN_SECTIONS = 4
STYLE = """
body{font:15px/1.5 system-ui,sans-serif;max-width:1100px;margin:2em auto;padding:0 1em;color:#222}
h1{font-size:1.5em}h2{font-size:1.2em;margin-top:2em}
table{border-collapse:collapse;margin:.8em 0;font-size:13px}
td,th{padding:.25em .55em;text-align:right;border-bottom:1px solid #ddd;white-space:nowrap}
td.words,th.words{text-align:left;white-space:normal}.map td{border:1px solid #fff;min-width:3.2em}
svg{width:380px;max-width:100%;font-size:12px}.tick{font-size:11px;fill:#555}.grid{stroke:#eee}
polyline{fill:none;stroke:#1f5fa8;stroke-width:1.8}circle{fill:#1f5fa8}.whisker{stroke:#1f5fa8}
rect.control{fill:#bbb;opacity:.45}line.control{stroke:#777;stroke-dasharray:5 3}
details{margin:.8em 0}summary{cursor:pointer;font-weight:600}.note{color:#555}audio{height:30px;width:230px}
.scroll{overflow-x:auto}
"""


@dataclass(frozen=True)
class Report:
    """All that the page shows.

    Parameters
    ----------
    name : of the sweep
    rows : all points
    settings : points that are done, by setting
    labels : what each figure is, in order; those that never varied are left out by the caller
    best : what is called best
    sounds : number of a point to its OGG bytes
    references : path of a recording to its OGG bytes
    """

    name: str
    rows: Sequence[Row]
    settings: Sequence[Setting]
    labels: Mapping[str, str]
    best: BestBy
    sounds: Mapping[int, bytes]
    references: Mapping[str, bytes]


def page_of(report: Report) -> str:
    """The page."""
    sections = [
        _section(report, figure, index < OPEN_SECTIONS) for index, figure in enumerate(_in_order(report))
    ]
    return (
        f"<!doctype html><html lang=en><head><meta charset=utf-8><title>{escape(report.name)}</title>"
        '<link rel="icon" href="data:,"><meta name=viewport content="width=device-width">'
        f"<style>{STYLE}</style></head><body><h1>Sweep {escape(report.name)}</h1>"
        + _overview(report)
        + _best_settings(report)
        + _players(report)
        + "<h2>Figures</h2>"
        + "".join(sections)
        + _failures(report)
        + "</body></html>\n"
    )


def best_points(report_rows: Sequence[Row], best: BestBy) -> list[Row]:
    """The best points, the control apart."""
    values = [(r, r.figures.get(best.figure)) for r in report_rows if r.state == "done" and not r.baseline]
    costs = [(best.cost(value), row.number, row) for row, value in values if value is not None]
    return [row for _, _, row in sorted(costs)[:BEST_POINTS]]


def control_of(rows: Sequence[Row], point: Row) -> Row | None:
    """The control's point of the same sentence, references and seed."""
    return next((r for r in rows if r.baseline and r.state == "done" and r.unit == point.unit), None)


def _in_order(report: Report) -> list[str]:
    """The figure that best is told by first, then those that say what became of the blend."""
    first = [figure for figure in dict.fromkeys((report.best.figure, *TELLING)) if figure in report.labels]
    return first + [figure for figure in report.labels if figure not in first]


def _overview(report: Report) -> str:
    n = {
        state: sum(r.state == state for r in report.rows)
        for state in ("done", "failed", "pending", "running")
    }
    spoken = len({r.unit for r in report.rows})
    varied = "; ".join(f"{k}: {len(v)} values" for k, v in axis_values(report.settings).items()) or "nothing"
    control = any(s.baseline for s in report.settings)
    against = "with a control, grey in the curves" if control else "without a control"
    hashes = sorted({r.checkpoint_sha256[:12] for r in report.rows if r.checkpoint_sha256})
    versions = sorted(
        {", ".join(f"{k} {v}" for k, v in r.versions.items()) for r in report.rows if r.versions}
    )
    return (
        f"<p>{len(report.rows)} points: {n['done']} done, {n['failed']} failed, "
        f"{n['pending'] + n['running']} not yet run. Varied: {escape(varied)}; "
        f"{len(report.settings)} settings, each with up to {spoken} units (sentence, references and seed), "
        f"{against}.</p><p class=note>Intervals: 95 %, percentile bootstrap over units. Checkpoint "
        f"{escape(', '.join(hashes))}; {escape(' | '.join(versions))}.</p>"
    )


def _best_settings(report: Report) -> str:
    costs = [(cost, i) for i, s in enumerate(report.settings) if (cost := s.cost(report.best)) is not None]
    shown = [report.settings[i] for _, i in sorted(costs)[:BEST_SETTINGS]]
    figures = _in_order(report)[:OPEN_SECTIONS]
    head = "".join(f"<th>{escape(figure)}</th>" for figure in figures)
    lines = "".join(
        f"<tr><td class=words>{escape(_name(s))}</td><td>{len(s.rows)}</td>"
        + "".join(f"<td>{_words(s.mean(figure))}</td>" for figure in figures)
        + "</tr>"
        for s in shown
    )
    best, aim = escape(report.best.figure), report.best.aim
    by = f"distance of {best} from {aim:g}" if isinstance(aim, float) else f"{best}, {escape(aim)} first"
    return (
        f"<h2>Best settings</h2><p>By {by}, mean over units.</p>"
        "<div class=scroll><table><tr><th class=words>setting</th><th>points</th>"
        f"{head}</tr>{lines}</table></div>"
    )


def _players(report: Report) -> str:
    shown = best_points(report.rows, report.best)
    if not shown:
        return ""
    lines = "".join(_player_line(report, row) for row in shown)
    references = "".join(
        f"<p>{escape(path.rsplit('/', 1)[-1])}<br>{_audio(sound)}</p>"
        for path, sound in report.references.items()
    )
    return (
        "<h2>Best points</h2><div class=scroll><table><tr><th>point</th><th class=words>setting</th>"
        "<th class=words>sentence</th><th>seed</th>"
        f"<th>{escape(report.best.figure)}</th><th>sound</th><th>control</th></tr>{lines}</table></div>"
        + (f"<details><summary>References</summary>{references}</details>" if references else "")
    )


def _player_line(report: Report, row: Row) -> str:
    control = control_of(report.rows, row)
    return (
        f"<tr><td>{row.number}</td><td class=words>{escape(axes_in_words(row.axes))}</td>"
        f"<td class=words>{escape(row.text)}</td><td>{row.seed}</td>"
        f"<td>{number(row.figures.get(report.best.figure))}</td><td>{_audio(report.sounds.get(row.number))}</td>"
        f"<td>{_audio(report.sounds.get(control.number) if control else None)}</td></tr>"
    )


def _audio(sound: bytes | None) -> str:
    if sound is None:
        return "not kept"
    data = base64.b64encode(sound).decode()
    return f'<audio controls preload=none src="data:audio/ogg;base64,{data}"></audio>'


def _section(report: Report, figure: str, is_open: bool) -> str:
    """Map, curves and effects of one figure."""
    curves = "".join(curve(report.settings, figure, axis) for axis in axis_values(report.settings))
    return (
        f"<details{' open' * is_open}><summary>{escape(figure)}</summary>"
        f"<p class=note>{escape(report.labels[figure])}</p>"
        f"<div class=scroll>{heat_map(report.settings, figure)}</div>{curves}"
        f"{_effects(effects(report.settings, figure))}</details>"
    )


def _share_by_chance(n_units: int) -> float:
    """Settings whose interval excludes no effect where there is none.

    A bootstrap cannot leave the range of its units: it excludes 0 whenever all differences have one sign.
    """
    return max(BY_CHANCE, 2.0 ** (1 - n_units))


def _effects(found: Sequence[Effect]) -> str:
    """Settings that differ from the control, the largest difference first."""
    if not found:
        return ""
    sure = sorted((e for e in found if e.interval.excludes_zero), key=lambda e: -abs(e.interval.mean))
    lines = "".join(
        f"<tr><td class=words>{escape(_name(e.setting))}</td><td>{_words(e.interval)}</td>"
        f"<td>{e.interval.n}</td><td>{'yes' if e.together.excludes_zero else 'no'}</td></tr>"
        for e in sure
    )
    told = f"{len(sure)} of {len(found)} settings differ from the control: their interval excludes no effect"
    n_units = min(e.interval.n for e in found)
    chance = f"; {_share_by_chance(n_units) * len(found):.1f} would by chance alone"
    if _share_by_chance(n_units) > BY_CHANCE:
        chance += f", for {n_units} units are too few for an interval"
    table = (
        "<table><tr><th class=words>setting</th><th>difference</th><th>units</th>"
        f"<th>holds for all at once</th></tr>{lines}</table>"
    )
    return (
        f"<details><summary>{told}{chance}</summary>{table}</details>" if sure else f"<p>{told}{chance}.</p>"
    )


def _failures(report: Report) -> str:
    failed = [row for row in report.rows if row.state == "failed"]
    lines = "".join(
        f"<tr><td>{r.number}</td><td class=words>{escape(axes_in_words(r.axes))}</td>"
        f"<td class=words>{escape(r.error or '')}</td></tr>"
        for r in failed
    )
    return f"<h2>Failed</h2><table>{lines}</table>" if failed else ""


def _name(setting: Setting) -> str:
    words = axes_in_words(setting.axes)
    return f"control ({words})" if setting.baseline else words


def _words(interval: Interval | None) -> str:
    if interval is None:
        return "–"
    return f"{number(interval.mean)} [{number(interval.low)}, {number(interval.high)}]"
