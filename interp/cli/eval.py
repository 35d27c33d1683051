"""``interp eval``: what an output took from each of its references, and how well it speaks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from interp.backends.place import Place
from interp.cli.arguments import PATH, as_text
from interp.cli.experiment import experiment_options
from interp.cli.place_options import place_options

if TYPE_CHECKING:
    from interp.evaluation.case import Case
    from interp.evaluation.scene import Scene

_EXAMPLE = "Example: interp eval out.wav --ref1 a.wav --ref2 b.wav --text 'Good morning.'"


@click.command("eval", epilog=_EXAMPLE)
@click.argument("target", type=PATH, required=False)
@click.option("--ref1", type=PATH, help="Reference 1 of the output.")
@click.option("--ref2", type=PATH, help="Reference 2 of the output.")
@click.option("--text", callback=as_text, help="What the output says; word errors are counted against it.")
@click.option(
    "--ref1-text",
    callback=as_text,
    help="What reference 1 says; contours are compared when the words are the same.",
)
@click.option("--ref2-text", callback=as_text, help="What reference 2 says.")
@click.option("--split-s", type=float, metavar="S", help="temp: seconds of the switch.  [above 0]")
@click.option(
    "--measures",
    default="all",
    show_default=True,
    metavar="NAMES",
    help="Names with commas between; a wrong one lists all.",
)
@click.option("--json", "json_path", type=PATH, help="Write the figures of one output.")
@click.option("--figure", type=PATH, help="Picture of the pitches, .png or .svg.")
@click.option("--out", type=PATH, help="Manifest: write all figures, .csv or .json.")
@click.option(
    "--experiment",
    type=PATH,
    metavar="FILE",
    help="The same as: interp experiment FILE.",
)
@experiment_options(hidden=True)
@place_options(hidden=True)
def evaluate(
    target: Path | None,
    ref1: Path | None,
    ref2: Path | None,
    text: str | None,
    ref1_text: str | None,
    ref2_text: str | None,
    split_s: float | None,
    measures: str,
    json_path: Path | None,
    figure: Path | None,
    out: Path | None,
    experiment: Path | None,
    stage: str,
    place: Place,
    assignments: tuple[str, ...],
) -> None:
    """Measure TARGET, an output with --ref1 and --ref2, or a manifest (.csv, .jsonl) with --out.

    A manifest has the columns output, ref1, ref2, text and, if wanted, mode, split_s, ref1_text, ref2_text.
    What every figure means: docs/measures.md.
    """
    target = _target(target, experiment)
    if experiment is not None:
        from interp.experiment.command import run_experiment

        run_experiment(experiment, stage, place, assignments, click.echo)
        return
    from interp.evaluation.case import Case, is_manifest, mode_with_a_switch, read_manifest
    from interp.system.endings import require_ending

    names = tuple(name.strip() for name in measures.split(",") if name.strip())
    require_ending("--figure", figure, (".png", ".svg"))
    require_ending("--out", out, (".csv", ".json"))
    single = {
        "--ref1": ref1,
        "--ref2": ref2,
        "--text": text,
        "--ref1-text": ref1_text,
        "--ref2-text": ref2_text,
        "--split-s": split_s,
        "--json": json_path,
    }
    if is_manifest(target):
        out = _file_of_manifest(single, out)
        cases = read_manifest(target)
        _tell_what_is_missing(names)
        _measure_manifest(cases, out, names, figure)
        return
    first, second = _references(ref1, ref2, out)
    mode = None if split_s is None else mode_with_a_switch()
    case = Case(target, first, second, text, mode, split_s, ref1_text, ref2_text)
    _tell_what_is_missing(names)
    _measure_one(case, json_path, names, figure)


def _target(target: Path | None, experiment: Path | None) -> Path:
    """What is measured, a file or the experiment's; options of the other kind are refused."""
    from masks.errors import InterpError

    if target is not None and experiment is not None:
        raise InterpError(f"--experiment: is given with {target}, which it does not read; give one of them")
    found = experiment if target is None else target
    if found is None:
        raise InterpError(
            "TARGET: is missing; give a sound file or a manifest, or run interp experiment FILE"
        )
    context = click.get_current_context()
    for option in (p for p in context.command.params if isinstance(p, click.Option)):
        of_experiments = option.hidden or option.name == "experiment"
        given = context.get_parameter_source(str(option.name)) is not click.core.ParameterSource.DEFAULT
        if given and of_experiments is (experiment is None):
            belongs = (
                "an experiment; run interp experiment FILE" if of_experiments else "TARGET; leave it out"
            )
            raise InterpError(f"{option.opts[0]}: belongs to {belongs}")
    return found


def _file_of_manifest(single: dict[str, Any], out: Path | None) -> Path:
    """``--out``, with none of the options that belong to one output."""
    from masks.errors import InterpError

    for option in (name for name, value in single.items() if value is not None):
        raise InterpError(f"{option}: is for one output; a manifest names its own references; leave it out")
    if out is None:
        raise InterpError("--out: is missing; a manifest needs a file for its figures, such as figures.csv")
    return out


def _references(ref1: Path | None, ref2: Path | None, out: Path | None) -> tuple[Path, Path]:
    from masks.errors import InterpError

    if ref1 is None or ref2 is None:
        missing = "--ref1" if ref1 is None else "--ref2"
        raise InterpError(f"{missing}: is missing; give both references of the output, or a manifest")
    if out is not None:
        raise InterpError("--out: is for manifests; use --json for one output")
    return ref1, ref2


def _tell_what_is_missing(names: tuple[str, ...]) -> None:
    from interp.evaluation.measures import choose
    from interp.evaluation.packages import INSTALL
    from masks.errors import InterpError

    chosen = choose(names)
    out = [f"{m.name} (needs {', '.join(m.missing)})" for m in chosen if m.missing]
    if out and len(out) == len(chosen):
        raise InterpError(f"measures: nothing is left to measure without {'; '.join(out)}; run: {INSTALL}")
    if out:
        click.echo(f"left out: {'; '.join(out)}; to get them: {INSTALL}", err=True)


def _measure_one(case: Case, json_path: Path | None, names: tuple[str, ...], figure: Path | None) -> None:
    from interp.evaluation.measures import measure_scene
    from interp.evaluation.run import load_scene, row_of
    from interp.evaluation.table import lines_of
    from interp.system.files import write_json

    scene = load_scene(case)
    measured = measure_scene(scene, names)
    click.echo("\n".join(lines_of(measured)))
    if json_path is not None:
        write_json(json_path, row_of(case, measured))
    if figure is not None:
        _draw(figure, [(case.output.name, scene)])


def _measure_manifest(
    cases: tuple[Case, ...], out: Path, names: tuple[str, ...], figure: Path | None
) -> None:
    from tqdm import tqdm

    from interp.evaluation.measures import measure_scene
    from interp.evaluation.run import load_scene, row_of, write_rows
    from interp.evaluation.similarity import MOST_PANELS
    from interp.evaluation.table import lines_of_many
    from interp.system.files import require_writable

    require_writable(out.parent)
    rows: list[dict[str, object]] = []
    scenes: list[tuple[str, Scene]] = []
    for case in tqdm(cases, desc="measure", unit="row", disable=None, delay=1.0):
        scene = load_scene(case)
        rows.append(row_of(case, measure_scene(scene, names)))
        if figure is not None and len(scenes) < MOST_PANELS:
            scenes.append((case.output.name, scene))
    write_rows(out, rows)
    click.echo("\n".join(lines_of_many(rows)))
    click.echo(str(out))
    if figure is not None:
        _draw(figure, scenes, len(rows))


def _draw(path: Path, scenes: list[tuple[str, Scene]], total: int = 1) -> None:
    from interp.evaluation.similarity import draw_similarity
    from interp.system.files import write_figure

    write_figure(path, draw_similarity(scenes, total))
    click.echo(str(path))
