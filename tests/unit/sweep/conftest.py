"""Fakes are a module by name, so that the processes that a sweep starts can import them too."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
