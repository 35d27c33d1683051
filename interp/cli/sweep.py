"""``interp sweep``: many syntheses, recorded, resumed, and reported on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from interp.backends.place import Place
from interp.cli.arguments import PATH
from interp.cli.place_options import place_options

if TYPE_CHECKING:
    from interp.sweep.plan import Plan

EXAMPLES = """
\b
Examples:
  interp sweep configs/sweeps/gamma_tau.yaml --dry-run     # check it; count points, estimate the time
  interp sweep configs/sweeps/gamma_tau.yaml --workers 2
  interp sweep configs/sweeps/gamma_tau.yaml --resume      # after a stop, of whatever kind
  interp sweep configs/sweeps/gamma_tau.yaml --backend ray --address auto
  interp sweep status sweeps/gamma_tau
  interp sweep report sweeps/gamma_tau

\b
A sweep goes into sweeps/NAME: ledger.sqlite, and the sound of each point with keep_audio.
Failed points are recorded and do not stop it; exit code 1 when there are any.
"""


class _DefaultsToRun(click.Group):
    """`interp sweep FILE` runs a file; the other commands have names."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put `run` before what names no command."""
        named = not args or args[0] in self.commands or args[0] in ctx.help_option_names
        return super().parse_args(ctx, args if named else ["run", *args])


@click.group(cls=_DefaultsToRun, epilog=EXAMPLES)
def sweep() -> None:
    """Speak at many settings: interp sweep FILE.yaml, then status and report."""


@sweep.command()
@click.argument("file", type=PATH)
@click.option("--out", type=PATH, help="Folder of the sweep. [default: sweeps/NAME]")
@place_options()
@click.option("--resume", is_flag=True, help="Go on where an earlier run stopped.")
@click.option("--retry-failed", is_flag=True, help="Go on, and try failed points again.")
@click.option("--dry-run", is_flag=True, help="Check everything, tell count and time, speak nothing.")
@click.option("--quiet", is_flag=True, help="No progress bar.")
@click.pass_context
def run(
    ctx: click.Context,
    file: Path,
    out: Path | None,
    place: Place,
    resume: bool,
    retry_failed: bool,
    dry_run: bool,
    quiet: bool,
) -> None:
    """Run the sweep that FILE (YAML) describes."""
    from interp.sweep.planning import make_plan
    from interp.sweep.spec import read_spec

    plan = make_plan(read_spec(file))
    folder = out or Path("sweeps") / plan.spec.name
    for line in _announcement(plan, folder, place.workers, resume or retry_failed):
        click.echo(line, err=not dry_run)
    if dry_run:
        return
    n_failed = _run(plan, folder, place, resume, retry_failed, quiet)
    click.echo(str(folder))
    if n_failed:
        click.echo(f"{n_failed} points failed; interp sweep status {folder} names the errors", err=True)
        ctx.exit(1)


@sweep.command()
@click.argument("folder", type=PATH)
def status(folder: Path) -> None:
    """Tell how far the sweep in FOLDER is."""
    from interp.sweep.status import describe_sweep

    for line in describe_sweep(folder):
        click.echo(line)


@sweep.command()
@click.argument("folder", type=PATH)
@click.option("--out", type=PATH, help="Folder to write. [default: FOLDER/report]")
def report(folder: Path, out: Path | None) -> None:
    """Write a page of the sweep in FOLDER, and its tables as CSV and Parquet."""
    from interp.sweep.report.report import write_sweep_report

    paths, notes = write_sweep_report(folder, out or folder / "report")
    for note in notes:
        click.echo(f"note: {note}", err=True)
    for path in paths:
        click.echo(str(path))


def _announcement(plan: Plan, folder: Path, workers: int, resume: bool) -> list[str]:
    from interp.sweep.ledger import has_ledger

    spoken = len({(p.text, p.ref1, p.ref2, p.settings.seed) for p in plan.points})
    return [
        f"{plan.spec.path}: {len(plan.points)} points in {len(plan.batches())} batches: {plan.n_settings} "
        f"settings, {spoken} combinations of sentence, references and seed; into {folder}",
        _left(plan, folder, workers) if resume and has_ledger(folder) else _at_first(plan, workers),
    ]


def _at_first(plan: Plan, workers: int) -> str:
    from interp.sweep.estimate import in_words, seconds_of

    seconds = sum(seconds_of(p.settings, p.text) for p in plan.points) / workers
    return f"about {in_words(seconds)} with {workers} free CPU cores, before the first point has been timed"


def _left(plan: Plan, folder: Path, workers: int) -> str:
    """What the ledger says, if it is the plan's."""
    from interp.sweep.estimate import in_words, seconds_left
    from interp.sweep.ledger import open_ledger
    from interp.sweep.run import require_same

    with open_ledger(folder) as ledger:
        require_same(plan, folder, ledger)
        done, left = ledger.counts()["done"], seconds_left(ledger.rows(), workers)
    return f"{done} points done, about {in_words(left)} left"


def _run(plan: Plan, folder: Path, place: Place, resume: bool, retry_failed: bool, quiet: bool) -> int:
    from interp.sweep.progress import Progress
    from interp.sweep.run import run_sweep
    from interp.sweep.speak import speak_batch

    with Progress(plan.spec.name, plan.spec.plain.best, quiet) as bar:
        counts = run_sweep(
            plan,
            folder,
            lambda: place.open(speak_batch),
            resume=resume,
            retry_failed=retry_failed,
            on_start=bar.start,
            on_outcomes=bar.update,
        )
    return counts["failed"]
