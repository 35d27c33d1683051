"""The command line in this process, and an engine that only remembers what it was asked for."""

import sys
from types import ModuleType

import pytest
from click.testing import CliRunner
from spoken import make_synthesis, write_voice

from interp.audio.read import load_reference
from interp.cli import main
from masks.errors import InterpError


@pytest.fixture
def voices(tmp_path):
    return write_voice(tmp_path / "a.wav"), write_voice(tmp_path / "b.wav", 190.0)


@pytest.fixture
def interp():
    """Run the command line as a user does; gives click's result."""
    return lambda *arguments, **kwargs: CliRunner().invoke(main, [str(a) for a in arguments], **kwargs)


@pytest.fixture
def calls(monkeypatch):
    """Every sentence that the fake engine was asked for, as (text, ref1, ref2, settings, for_report)."""
    made = []

    class FakeSynthesizer:
        loaded = 0

        @classmethod
        def load(cls, checkpoint="default", device="auto"):
            cls.loaded += 1
            if checkpoint != "default":
                raise InterpError(f"{checkpoint}: no such checkpoint; give a .safetensors file, or 'default'")
            return cls()

        def __call__(self, text, ref1, ref2, settings, *, for_report=False, on_progress=None):
            notes = [note for ref in (ref1, ref2) for note in load_reference(ref).notes]
            made.append((text, ref1, ref2, settings, for_report))
            on_progress(0.5)
            on_progress(1.0)
            return make_synthesis(text, (ref1, ref2), settings, notes)

    module = ModuleType("interp.synthesis.pipeline")
    module.Synthesizer = FakeSynthesizer
    monkeypatch.setitem(sys.modules, "interp.synthesis.pipeline", module)
    return made
