"""Speak every job with one loaded engine: progress and words on stderr, paths of sound files on stdout."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from interp.cli.jobs import Job
from interp.settings.synth import SynthSettings, for_mode
from masks.errors import InterpError

if TYPE_CHECKING:
    from interp.synthesis.pipeline import Synthesizer
    from interp.synthesis.result import Synthesis


def run_jobs(jobs: tuple[Job, ...], settings: SynthSettings, report: Path | None, quiet: bool) -> None:
    """Speak every job with one loaded engine; the first that fails stops the run and names its line.

    Raises
    ------
    InterpError
        When a folder cannot be written, a reference or text will not do, or the checkpoint cannot be loaded.
    """
    _require_folders(jobs, report)
    from interp.synthesis.pipeline import Synthesizer

    synthesizer = Synthesizer.load(settings.checkpoint, device=settings.device)
    for job in jobs:
        folder = report / job.out.stem if report and len(jobs) > 1 else report
        try:
            _run_job(synthesizer, job, settings, folder, quiet)
        except InterpError as error:
            raise InterpError(f"{job.where}{error}") from error


def _run_job(
    synthesizer: Synthesizer, job: Job, settings: SynthSettings, report: Path | None, quiet: bool
) -> None:
    from tqdm import tqdm

    from interp.audio.write import save_wav

    chosen = for_mode(settings, job.mode) if job.mode else settings
    hidden = True if quiet else None  # None: only where stderr is no terminal
    with tqdm(total=100, desc=job.out.name, unit="%", disable=hidden, leave=False, delay=0.5) as bar:

        def show(fraction: float) -> None:
            bar.update(round(100 * fraction) - bar.n)

        synthesis = synthesizer(
            job.text, job.ref1, job.ref2, chosen, for_report=report is not None, on_progress=show
        )
    save_wav(job.out, synthesis.wav, synthesis.sample_rate)
    if report is not None:
        from interp.reports.receipt import write_report

        write_report(report, synthesis)
    if not quiet:
        _tell(job, synthesis)
    click.echo(str(job.out))


def _tell(job: Job, synthesis: Synthesis) -> None:
    for note in (*job.notes, *synthesis.notes):
        click.echo(f"note: {note}", err=True)
    click.echo(
        f"{job.out}: {synthesis.seconds_audio:.2f} s of speech in {synthesis.seconds_wall:.1f} s, "
        f"real-time factor {synthesis.real_time_factor:.2f}",
        err=True,
    )


def _require_folders(jobs: tuple[Job, ...], report: Path | None) -> None:
    from interp.system.files import require_writable

    for out in {job.out for job in jobs if job.out.is_dir()}:
        raise InterpError(f"{out}: a folder has that name; choose another with --out")
    folders = {job.out.parent for job in jobs} | ({report} if report else set())
    for folder in folders:
        require_writable(folder)
