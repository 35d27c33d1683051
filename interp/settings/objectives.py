"""Objectives as tables in YAML files, checked strictly."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from guidance.objectives import Objective, Term
from guidance.settings import SUMS
from masks.errors import InterpError
from masks.shown import shown

TABLE_KEYS = ("sums", "every_window", "window_1", "window_2")
TERM_KEYS = ("queries", "groups", "against", "want", "coefficient", "average")
MOST_TOLD = 20
LONGEST_NAME = 100
CHOICES: Mapping[str, tuple[str, ...]] = {"want": ("more", "less"), "average": ("mass", "log")}


def objective_names(folder: Path) -> tuple[str, ...]:
    """Names of the objectives that a folder of tables holds."""
    return tuple(sorted(path.stem for path in folder.glob("*.yaml")))


def load_objective(name: str, folder: Path, read_yaml: Callable[[Path], Mapping[str, Any]]) -> Objective:
    """The objective whose table is ``folder/name.yaml``.

    Parameters
    ----------
    name : of the objective, as `GuidanceSettings` holds it
    folder : where the tables lie, ``configs/objectives``
    read_yaml : the program's own strict reader, by the safe loader; duplicate keys are its errors

    Raises
    ------
    InterpError
        when there is no such table, or for all that is wrong in it
    """
    names = objective_names(folder)
    if name not in names:
        raise InterpError(
            f"objective: no table '{name}' in {folder}, {_ended(_nearest(name, names))} Change --objective"
        )
    path = folder / f"{name}.yaml"
    return objective_of_table(name, read_yaml(path), str(path))


def objective_of_table(name: str, table: Mapping[str, Any], where: str) -> Objective:
    """The objective that a table describes.

    Parameters
    ----------
    table : ``sums`` and lists of terms under ``every_window``, ``window_1`` and ``window_2``
    where : what error messages call the table

    Raises
    ------
    InterpError
        for all that is wrong in the table, at once
    """
    wrong = _unknown_names(where, table, TABLE_KEYS)
    if table.get("sums") not in SUMS:
        wrong.append(f"{where}: sums is {shown(table.get('sums'))}, allowed: {', '.join(SUMS)}")
    parts = {key: _read_terms(f"{where}: {key}", table.get(key), wrong) for key in TABLE_KEYS[1:]}
    if not wrong and not any(parts.values()):
        wrong.append(f"{where}: no terms; list some under every_window, window_1 or window_2")
    if wrong:
        raise InterpError("; ".join(wrong[:MOST_TOLD]) + ("; ..." if len(wrong) > MOST_TOLD else ""))
    always = parts["every_window"]
    return Objective(name, table["sums"], (always + parts["window_1"], always + parts["window_2"]))


def _read_terms(where: str, content: object, wrong: list[str]) -> tuple[Term, ...]:
    if content is None:
        return ()
    if not isinstance(content, list):
        wrong.append(f"{where}: {shown(content)} is no list of terms; start each term with '- queries:'")
        return ()
    terms = [_read_term(f"{where}, term {i}", entry, wrong) for i, entry in enumerate(content, start=1)]
    return tuple(term for term in terms if term is not None)


def _read_term(where: str, entry: object, wrong: list[str]) -> Term | None:
    if not isinstance(entry, dict):
        wrong.append(f"{where}: {shown(entry)} is no mapping; give it {', '.join(TERM_KEYS)}")
        return None
    said = [*_unknown_names(where, entry, TERM_KEYS), *_term_complaints(where, entry)]
    wrong.extend(said)
    return None if said else _term(entry)


def _term(entry: Mapping[str, Any]) -> Term:
    coefficient = entry.get("coefficient", 1.0)
    by_gamma = coefficient == "gamma"
    return Term(
        queries=entry["queries"],
        groups=tuple(entry["groups"]),
        against=tuple(entry.get("against", ())),
        want=entry.get("want", "more"),
        coefficient=1.0 if by_gamma else float(coefficient),
        times_gamma=by_gamma,
        average=entry.get("average", "mass"),
    )


def _term_complaints(where: str, entry: Mapping[str, Any]) -> list[str]:
    said = []
    queries = entry.get("queries")
    if not isinstance(queries, str):
        said.append(f"{where}: queries is {shown(queries)}, allowed: the name of a set, such as pitch or all")
    for key in ("groups", "against"):
        if (key == "groups" or key in entry) and not _is_names(entry.get(key)):
            found = shown(entry.get(key))
            said.append(f"{where}: {key} is {found}, allowed: a list of key groups, such as [ref1.pitch]")
    for key, allowed in CHOICES.items():
        if entry.get(key, allowed[0]) not in allowed:
            said.append(f"{where}: {key} is {shown(entry[key])}, allowed: {', '.join(allowed)}")
    if not _is_coefficient(entry.get("coefficient", 1.0)):
        said.append(
            f"{where}: coefficient is {shown(entry['coefficient'])}, allowed: a number from 0, or gamma"
        )
    return said


def _is_names(content: object) -> bool:
    return isinstance(content, list) and bool(content) and all(isinstance(name, str) for name in content)


def _is_coefficient(content: object) -> bool:
    number = isinstance(content, (int, float)) and not isinstance(content, bool)
    return content == "gamma" or (number and 0 <= float(str(content)) < float("inf"))


def _unknown_names(where: str, found: Collection[object], known: Collection[str]) -> list[str]:
    unknown = [str(name)[:LONGEST_NAME] for name in found if name not in known]
    return [f"{where}: unknown '{name}', {_nearest(name, known)}" for name in unknown[:MOST_TOLD]]


def _nearest(name: str, known: Collection[str]) -> str:
    near = get_close_matches(name, known, n=1)
    return f"did you mean '{near[0]}'?" if near else f"allowed: {', '.join(known)}"


def _ended(said: str) -> str:
    return said if said.endswith("?") else f"{said}."
