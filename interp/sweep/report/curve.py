"""A curve as inline SVG: one figure's mean and interval along one axis, the control as a band."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from interp.reports.intervals import Interval, mean_interval
from interp.sweep.progress import value_in_words
from interp.sweep.report.heat_map import number
from interp.sweep.report.summary import Setting, axis_values, by_unit, having

WIDTH, HEIGHT = 380, 230
LEFT, RIGHT, TOP, BOTTOM = 58, 12, 24, 42
TICKS = 4


def curve(settings: Sequence[Setting], figure: str, axis: str) -> str:
    """SVG of a figure along an axis, averaged over all others; empty where there is nothing to draw."""
    values = axis_values(settings)[axis]
    means = [mean_interval(list(by_unit(having(settings, {axis: v}), figure).values())) for v in values]
    drawn = [(v, m) for v, m in zip(values, means, strict=True) if m is not None]
    if len(drawn) < 2:
        return ""
    control = mean_interval(
        list(by_unit([r for s in settings if s.baseline for r in s.rows], figure).values())
    )
    scale = _Scale([m for _, m in drawn] + ([control] if control else []), len(drawn))
    title = f"{axis.rsplit('.', 1)[-1]}, averaged over the rest"
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(figure)} by {escape(axis)}">'
        f'<text x="{LEFT}" y="15">{escape(title)}</text>'
        + _frame(scale, [value for value, _ in drawn])
        + (_band(scale, control) if control else "")
        + _line(scale, [mean for _, mean in drawn])
        + "</svg>"
    )


class _Scale:
    """Where values and positions lie on the drawing."""

    def __init__(self, intervals: Sequence[Interval], n: int) -> None:
        ends = [e for m in intervals for e in (m.mean, m.low, m.high) if e is not None]
        room = (max(ends) - min(ends)) * 0.05 or max(abs(max(ends)), 1.0) * 0.05
        self.low, self.high, self._n = min(ends) - room, max(ends) + room, n

    def x(self, index: float) -> float:
        return LEFT + (index + 0.5) * (WIDTH - LEFT - RIGHT) / self._n

    def y(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)


def _frame(scale: _Scale, values: Sequence[Any]) -> str:
    ticks = [scale.low + (scale.high - scale.low) * i / TICKS for i in range(TICKS + 1)]
    across = "".join(
        f'<line class=grid x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{scale.y(t):.1f}" y2="{scale.y(t):.1f}"/>'
        f'<text class=tick text-anchor="end" x="{LEFT - 6}" y="{scale.y(t) + 4:.1f}">{number(t)}</text>'
        for t in ticks
    )
    return across + "".join(_tick(scale.x(i), i % 2, value) for i, value in enumerate(values))


def _tick(x: float, line: int, value: Any) -> str:
    """Name of a value under the axis; every second one a line lower, so that they do not touch."""
    y = HEIGHT - BOTTOM + 14 + 13 * line
    return f'<text class=tick text-anchor="middle" x="{x:.1f}" y="{y}">{escape(value_in_words(value))}</text>'


def _band(scale: _Scale, control: Interval) -> str:
    y = scale.y(control.mean)
    low = scale.y(control.low if control.low is not None else control.mean)
    high = scale.y(control.high if control.high is not None else control.mean)
    width, right = WIDTH - LEFT - RIGHT, WIDTH - RIGHT
    return (
        f'<rect class=control x="{LEFT}" width="{width}" y="{high:.1f}" height="{low - high:.1f}"/>'
        f'<line class=control x1="{LEFT}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}"/>'
    )


def _line(scale: _Scale, means: Sequence[Interval]) -> str:
    points = " ".join(f"{scale.x(i):.1f},{scale.y(m.mean):.1f}" for i, m in enumerate(means))
    marks = "".join(
        f'<circle cx="{scale.x(i):.1f}" cy="{scale.y(m.mean):.1f}" r="3"/>' + _whisker(scale, i, m)
        for i, m in enumerate(means)
    )
    return f'<polyline points="{points}"/>{marks}'


def _whisker(scale: _Scale, index: int, mean: Interval) -> str:
    if mean.low is None or mean.high is None:
        return ""
    x, low, high = scale.x(index), scale.y(mean.low), scale.y(mean.high)
    return f'<line class=whisker x1="{x:.1f}" x2="{x:.1f}" y1="{low:.1f}" y2="{high:.1f}"/>'
