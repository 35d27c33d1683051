"""SHA-256 of plain values."""

from __future__ import annotations

import hashlib
import json
from typing import Any


def hash_of(value: Any) -> str:
    """SHA-256 of plain values, whatever the order of their keys."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
