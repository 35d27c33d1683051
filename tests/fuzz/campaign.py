"""Hostile input in bulk: python tests/fuzz/campaign.py [--cases 12000] [--kind yaml] [--case 17] [--write]

Every case is a number of its kind: the same number is the same input. Cases run in child processes whose
memory is bounded; one that hangs or dies is counted, and the next process goes on behind it. A case may be
accepted or refused with one line; all else is a defect. --write puts the table into docs/benchmarks/fuzz.md.
"""

from __future__ import annotations

import json
import os
import platform
import resource
import select
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

import click

sys.path.insert(0, str(Path(__file__).parent))

from kinds import CASE_LIMIT_S, Hang, Kind, run_case

MEMORY_GIB = 1.5
SILENCE_S = 20 * CASE_LIMIT_S
MODULES = {
    "audio": "audio",
    "text": "text",
    "yaml": "yaml",
    "checkpoint": "checkpoints",
    "pickle": "pickles",
    "command": "commands",
    "disk": "disks",
    "signal": "signals",
}
TABLE = Path(__file__).parents[2] / "docs" / "benchmarks" / "fuzz.md"


@dataclass
class Tally:
    """What became of the cases of one kind; ``defects`` by what was wrong, with the numbers of the cases."""

    kind: Kind
    verdicts: Counter[str] = field(default_factory=Counter)
    defects: dict[str, list[int]] = field(default_factory=dict)
    seconds: float = 0.0
    slowest_s: float = 0.0
    peak_mib: float = 0.0

    def add(self, row: dict[str, object]) -> None:
        if "defect" in row:
            self.defects.setdefault(str(row["defect"]), []).append(int(str(row["case"])))
        self.verdicts["defect" if "defect" in row else str(row["verdict"])] += 1
        self.slowest_s = max(self.slowest_s, float(str(row["seconds"])))
        self.peak_mib = max(self.peak_mib, float(str(row.get("peak_mib", 0.0))))


def load_kinds(name: str | None = None) -> dict[str, Kind]:
    """The kinds by name, or one of them alone."""
    wanted = [name] if name else list(MODULES)
    return {n: import_module(f"hostile_{MODULES[n]}").KIND for n in wanted}


def work(kind: Kind, first: int, end: int) -> None:
    """Run cases in this process, one line of JSON each, with a bound on memory."""
    warnings.simplefilter("error")
    report = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # what a C library says of a bad file is not a row
    root = Path(tempfile.mkdtemp(prefix="hostile-"))
    (root / "shared").mkdir()
    try:
        shared = kind.prepare(root / "shared")
        _bound_memory()
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for number in range(first, end):
            report.write(json.dumps({"start": number}) + "\n")
            row = _one_row(kind, number, shared, root / "case")
            row["peak_mib"] = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
            report.write(json.dumps(row) + "\n")
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _one_row(kind: Kind, number: int, shared: object, folder: Path) -> dict[str, object]:
    started = time.perf_counter()
    try:
        found = {"verdict": run_case(kind, number, shared, folder)}
    except (Exception, Hang) as error:
        found = {"defect": _place_of(error)}
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return {"case": number, "seconds": time.perf_counter() - started, **found}


def _place_of(error: BaseException) -> str:
    """What was raised and where in the program: the same for all cases of one defect."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [f for f in frames if "/tests/fuzz/" not in f.filename and "site-packages" not in f.filename]
    ours = [f for f in ours if any(f"/{part}/" in f.filename for part in ("interp", "guidance", "masks"))]
    at = f" at {'/'.join(Path(ours[-1].filename).parts[-3:])}:{ours[-1].lineno}" if ours else ""
    first_line = (str(error).splitlines() or [""])[0]
    return f"{type(error).__name__}{at}: {first_line[:100]}"


def _bound_memory() -> None:
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    limit = pages * resource.getpagesize() + int(MEMORY_GIB * 2**30)
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def run_kind(kind: Kind, n_cases: int) -> Tally:
    """All cases of a kind, in as many processes as it takes."""
    tally, first, started = Tally(kind), 0, time.perf_counter()
    while first < n_cases:
        first = _run_process(kind, first, n_cases, tally)
    tally.seconds = time.perf_counter() - started
    return tally


def _run_process(kind: Kind, first: int, end: int, tally: Tally) -> int:
    """Rows of one process; returns the case to go on with."""
    command = [
        sys.executable,
        __file__,
        "--worker",
        "--kind",
        kind.name,
        "--first",
        str(first),
        "--cases",
        str(end),
    ]
    with tempfile.TemporaryFile("w+") as errors:
        worker = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True, bufsize=1)
        assert worker.stdout is not None
        current, done = first, first
        while select.select([worker.stdout], [], [], SILENCE_S)[0]:
            line = worker.stdout.readline()
            if not line:
                break
            row = json.loads(line)
            if "start" in row:
                current = row["start"]
                continue
            tally.add(row)
            done = row["case"] + 1
        worker.kill()
        code = worker.wait()
        if done < end:
            errors.seek(0)
            said = (errors.read().strip().splitlines() or ["nothing said"])[-1]
            tally.add({"case": current, "seconds": 0.0, "defect": f"process ended ({code}): {said[:100]}"})
            return current + 1
    return done


def as_markdown(tallies: list[Tally], n_cases: int) -> str:
    """The table of a run."""
    total = Counter()
    for tally in tallies:
        total += tally.verdicts
    lines = [
        "# Hostile input",
        "",
        f"`make fuzz`: {sum(total.values()):,} cases, {total['accepted']:,} accepted,",
        f"{total['refused']:,} refused with one line, **{total['defect']:,} defects** (traceback, hang over",
        f"{CASE_LIMIT_S} s, half-written or torn file, code run, over {MEMORY_GIB:g} GiB beyond the start).",
        f"Python {platform.python_version()}, {platform.system()}.",
        "",
        "| kind | cases | accepted | refused | defects | slowest, s | most memory, MiB |",
        "|---|---|---|---|---|---|---|",
    ]
    for tally in tallies:
        v = tally.verdicts
        lines.append(
            f"| {tally.kind.says} | {sum(v.values()):,} "
            f"| {v['accepted']:,} | {v['refused']:,} | {v['defect']:,} "
            f"| {tally.slowest_s:.1f} | {tally.peak_mib:.0f} |"
        )
    return "\n".join([*lines, ""])


def _told(tally: Tally) -> Tally:
    click.echo(f"{tally.kind.name}: {dict(tally.verdicts)} in {tally.seconds:.0f} s", err=True)
    for what, numbers in tally.defects.items():
        click.echo(f"  {len(numbers)} x {what}  (--kind {tally.kind.name} --case {numbers[0]})", err=True)
    return tally


@click.command()
@click.option("--cases", default=12_000, help="Of all kinds together, or of the one kind.")
@click.option("--kind", "name", type=click.Choice(tuple(MODULES)), help="One kind only.")
@click.option("--case", type=int, help="One case, in this process, with its traceback.")
@click.option("--first", default=0, hidden=True)
@click.option("--worker", is_flag=True, hidden=True)
@click.option("--jobs", default=2, help="Kinds that run at the same time.")
@click.option("--write", is_flag=True, help="Write docs/benchmarks/fuzz.md.")
def main(
    cases: int, name: str | None, case: int | None, first: int, worker: bool, jobs: int, write: bool
) -> None:
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    kinds = load_kinds(name)
    if worker:
        work(kinds[str(name)], first, cases)
        return
    if case is not None:
        with tempfile.TemporaryDirectory() as root:
            (Path(root) / "shared").mkdir()
            shared = kinds[str(name)].prepare(Path(root) / "shared")
            click.echo(run_case(kinds[str(name)], case, shared, Path(root) / "case"))
        return
    wanted = {name: cases} if name else {n: round(k.share * cases) for n, k in kinds.items()}
    with ThreadPoolExecutor(jobs) as pool:
        tallies = list(pool.map(lambda item: _told(run_kind(kinds[item[0]], item[1])), wanted.items()))
    table = as_markdown(tallies, cases)
    click.echo(table)
    if write:
        TABLE.parent.mkdir(parents=True, exist_ok=True)
        TABLE.write_text(table)
    sys.exit(any(tally.defects for tally in tallies))


if __name__ == "__main__":
    main()
