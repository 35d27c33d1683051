"""Lets the tests of this folder import the campaign that `make fuzz` runs."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
