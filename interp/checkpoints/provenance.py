"""Where a checkpoint comes from: the JSON beside it, ``NAME.provenance.json``, read and added to."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from interp.system.files import write_json
from masks.errors import InterpError


def read_provenance(path: Path) -> dict[str, Any] | None:
    """The provenance beside a checkpoint; None when there is none.

    Raises
    ------
    InterpError
        When it is not JSON.
    """
    beside = path.with_suffix(".provenance.json")
    if not os.path.isfile(beside):
        return None
    try:
        found = dict(json.loads(beside.read_text(encoding="utf-8")))
    except (ValueError, TypeError, RecursionError) as error:
        raise InterpError(f"{beside}: is not a JSON mapping ({error}); restore or delete it") from error
    if not isinstance(found.get("metrics", {}), dict):
        raise InterpError(f"{beside}: its metrics are no mapping; restore or delete it")
    return found


def add_metrics(path: Path, figures: Mapping[str, Any]) -> None:
    """Put measured figures into the provenance beside a checkpoint, over older ones of the same name.

    Raises
    ------
    InterpError
        When the file is there and not JSON, or cannot be written.
    """
    provenance = read_provenance(path) or {}
    provenance["metrics"] = {**provenance.get("metrics", {}), **figures}
    write_json(path.with_suffix(".provenance.json"), provenance)
