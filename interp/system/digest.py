"""SHA-256 of plain values, of texts as numbers, and of files."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any


def hash_of(value: Any) -> str:
    """SHA-256 of plain values, whatever the order of their keys."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def number_of(text: str) -> int:
    """A number below 2^64 that is the same for the same text, wherever it is asked for."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def sha256_of(path: Path) -> str:
    """SHA-256 of a whole file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
