"""All modes by name; a new one is a file and a word here."""

from __future__ import annotations

from interp.modes.contract import Mode
from interp.modes.temp import Temp

MODES: dict[str, Mode] = {mode.name: mode for mode in (Mode(), Temp())}
