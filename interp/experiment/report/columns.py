"""The figures that a report shows: name, how they are written, and how cases are summed up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from interp.experiment.report.rows import Rows, values


@dataclass(frozen=True)
class Column:
    """A figure in the report; shares and rates are written in per cent."""

    figure: str
    title: str
    digits: int = 2
    percent: bool = False
    statistic: Literal["mean", "median"] = "mean"
    compared: bool = True

    def text(self, value: float | None) -> str:
        """The value as it is written."""
        if value is None:
            return "-"
        return f"{100 * value:.0f} %" if self.percent else f"{value:.{self.digits}f}"

    def difference(self, value: float | None) -> str:
        """A difference of two values, in points where they are shares."""
        if value is None:
            return "-"
        return f"{100 * value:+.1f}" if self.percent else f"{value:+.{max(self.digits, 2)}f}"


COLUMNS = (
    Column("pitch.nearer_ref1", "F0 nearer to ref 1", percent=True),
    Column("pitch.within", "within 1.5 st of ref 1", percent=True),
    Column("pitch.ref1.away", "st from ref 1, median", 1, statistic="median"),
    Column("pitch.place", "place (ref 2: 0, ref 1: 1)", 2, statistic="median"),
    Column("contour.ref1.correlation", "contour correlation to ref 1"),
    Column("switch.first.nearer", "first part nearer to ref 1", percent=True),
    Column("switch.second.nearer", "second part nearer to ref 2", percent=True),
    Column("switch.both_nearer", "both parts right", percent=True),
    Column("switch.late_s", "switch late, s", 2, statistic="median"),
    Column("switch_speaker.first.ref1", "speaker of first part to ref 1"),
    Column("switch_speaker.second.ref2", "speaker of second part to ref 2"),
    Column("speaker.ref1.equalised", "speaker to ref 1", 3),
    Column("speaker.ref2.equalised", "speaker to ref 2", 3),
    Column("speaker.nearer_ref2", "speaker nearer to ref 2", percent=True),
    Column("words.wer", "WER", percent=True),
    Column("words.by_whisper", "words heard by Whisper", percent=True, compared=False),
    Column("words_pocketsphinx.wer", "WER, pocketsphinx", percent=True),
    Column("dnsmos.overall", "DNSMOS"),
    Column("distillmos.overall", "Distill-MOS"),
    Column("cross_band.agreement", "F0 of bands agrees", percent=True),
    Column("mass.pitch", "pitch mass on ref 1"),
    Column("mass.pitch_later", "3 steps later"),
    Column("mass.rest", "rest mass on ref 2"),
    Column("mass.loss", "objective"),
    Column("cost.evaluations", "evaluations", 0, compared=False),
    Column("cost.gradients", "gradients", 0, compared=False),
    Column("cost.seconds", "seconds", 1, compared=False),
)


def columns_in(rows: Rows) -> tuple[Column, ...]:
    """Columns that any case has a value for."""
    return tuple(c for c in COLUMNS if any(values(rows, arm, c.figure) for arm in rows))


def column_of(figure: str, columns: Sequence[Column]) -> Column | None:
    """The column of a figure, if it is shown."""
    return next((c for c in columns if c.figure == figure), None)
