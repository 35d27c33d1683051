"""Speak every job with one loaded engine: progress and words on stderr, paths of sound files on stdout."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from interp.cli.jobs import Job
from interp.cli.outputs import require_outputs
from interp.settings.synth import SynthSettings, for_mode
from masks.errors import InterpError

if TYPE_CHECKING:
    from interp.synthesis.pipeline import Synthesizer
    from interp.synthesis.result import Synthesis

# So long one waits without wondering.
LONG_S = 20.0


def run_jobs(
    jobs: tuple[Job, ...],
    settings: SynthSettings,
    report: Path | None,
    quiet: bool,
    notes: tuple[str, ...] = (),
    overwrite: bool = True,
) -> None:
    """Speak every job with one loaded engine; the first that fails stops the run and names its line.

    Parameters
    ----------
    notes : lines for the user on the jobs as a whole
    overwrite : whether files that are there already may be written over

    Raises
    ------
    InterpError
        When a sound cannot be written, a reference or text will not do, or the checkpoint cannot be loaded.
    """
    require_outputs(jobs, overwrite, report)
    if not quiet:
        _tell_notes((*notes, *_estimate(jobs, settings)))
    from interp.synthesis.pipeline import Synthesizer

    synthesizer = Synthesizer.load(settings.checkpoint, device=settings.device)
    for job, folder in zip(jobs, _report_folders(jobs, report), strict=True):
        try:
            _run_job(synthesizer, job, settings, folder, quiet)
        except InterpError as error:
            raise InterpError(f"{job.where}{error}") from error


def _run_job(
    synthesizer: Synthesizer, job: Job, settings: SynthSettings, report: Path | None, quiet: bool
) -> None:
    from tqdm import tqdm

    chosen = _settings_of(job, settings)
    hidden = True if quiet else None  # None: only where stderr is no terminal
    name = job.out.name if job.out else job.name
    with tqdm(total=100, desc=name, unit="%", disable=hidden, leave=False, delay=0.5) as bar:

        def show(fraction: float) -> None:
            bar.update(round(100 * fraction) - bar.n)

        synthesis = synthesizer(
            job.text, job.ref1, job.ref2, chosen, for_report=report is not None, on_progress=show
        )
    _write_sound(job, synthesis)
    if report is not None:
        from interp.reports.receipt import write_report

        write_report(report, synthesis)
    if not quiet:
        _tell(job, synthesis)
    if job.out is not None:
        click.echo(str(job.out))


def _report_folders(jobs: tuple[Job, ...], report: Path | None) -> list[Path | None]:
    """A folder each: of several, one by the sound's name, and by its number where names are alike."""
    if report is None or len(jobs) == 1:
        return [report] * len(jobs)
    stems = [Path(job.name).stem for job in jobs]
    return [
        report / (stem if stems.count(stem) == 1 else f"{stem}_{number:03d}")
        for number, stem in enumerate(stems, start=1)
    ]


def _settings_of(job: Job, settings: SynthSettings) -> SynthSettings:
    chosen = for_mode(settings, job.mode) if job.mode else settings
    return chosen if job.seed is None else replace(chosen, seed=job.seed)


def _write_sound(job: Job, synthesis: Synthesis) -> None:
    from interp.audio.write import pcm_of, save_wav, sound_bytes

    if job.out is not None:
        save_wav(job.out, synthesis.wav, synthesis.sample_rate)
        return
    sound = sound_bytes(pcm_of(synthesis.wav), synthesis.sample_rate, "WAV", "PCM_16")
    click.echo(sound, nl=False)


def _estimate(jobs: tuple[Job, ...], settings: SynthSettings) -> tuple[str, ...]:
    """A line where the work will take long."""
    from interp.sweep.estimate import in_words, seconds_of

    seconds = sum(seconds_of(_settings_of(job, settings), job.text) for job in jobs)
    if seconds < LONG_S:
        return ()
    many = f"for {len(jobs)} texts " if len(jobs) > 1 else ""
    return (f"this will take about {in_words(seconds)} {many}on one free CPU core; Ctrl-C stops it",)


def _tell(job: Job, synthesis: Synthesis) -> None:
    _tell_notes((*job.notes, *synthesis.notes))
    click.echo(
        f"{job.name}: {synthesis.seconds_audio:.2f} s of speech in {synthesis.seconds_wall:.1f} s, "
        f"real-time factor {synthesis.real_time_factor:.2f}",
        err=True,
    )


def _tell_notes(notes: tuple[str, ...]) -> None:
    for note in notes:
        click.echo(f"note: {note}", err=True)
