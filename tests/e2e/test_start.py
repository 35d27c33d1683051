"""What a synthesis does not need is not imported: each of these costs 2 s of every start."""

import subprocess
import sys

NOT_NEEDED = ("torch._dynamo", "librosa.core", "numba", "matplotlib", "pandas")
SCRIPT = """
import sys
from interp import Synthesizer, SynthSettings
from interp.system.shipped import data_path
synthesizer = Synthesizer.load()
for number in (1, 2):
    synthesizer.reference(data_path(f"resources/demo_ref{number}.wav"), SynthSettings())
print(*sys.modules)
"""


def test_loading_a_checkpoint_and_references_imports_no_compiler_and_no_plots() -> None:
    found = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    assert "interp.synthesis.pipeline" in found.stdout
    assert not set(NOT_NEEDED) & set(found.stdout.split())
