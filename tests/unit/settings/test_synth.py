"""Settings of a synthesis: bounds, contradictions, and the objective that goes with a mode."""

import pytest

from guidance.settings import GuidanceSettings
from guidance.windows import Windows
from interp.settings.resolve import mapping_of, resolve
from interp.settings.strict_yaml import dump_yaml
from interp.settings.synth import SynthSettings, for_mode
from interp.system.shipped import data_path
from masks.errors import InterpError


def test_resolved_settings_are_read_back(tmp_path):
    settings = SynthSettings(mode="temp", split_word="when", guidance=GuidanceSettings(layers=(1, 3)))
    (tmp_path / "c.yaml").write_text(dump_yaml(mapping_of(settings)))
    assert resolve(SynthSettings, tmp_path / "c.yaml") == settings


def test_temp_has_its_own_objective():
    assert SynthSettings(mode="temp").guidance.objective == "temp"
    assert SynthSettings(mode="freq").guidance.objective == "matched"


def test_windows_are_the_objective_s_own_where_none_are_set():
    assert SynthSettings().windows == Windows(0.1, 0.2)
    assert SynthSettings(mode="temp").windows == Windows(0.2, 0.45)
    assert SynthSettings(guidance=GuidanceSettings(t_tal2=0.5)).windows == Windows(0.1, 0.5)


def test_another_mode_takes_its_objective_along():
    there = for_mode(SynthSettings(mode="freq"), "temp")
    assert (there.mode, there.guidance.objective) == ("temp", "temp")
    assert for_mode(there, "freq") == SynthSettings(mode="freq")


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"n_timesteps": 0}, "n_timesteps: 0"),
        ({"temperature": 0.0}, "temperature: 0 is not allowed, it must be above 0"),
        ({"temperature": float("nan")}, "temperature: nan"),
        ({"sampler": "euler"}, "sampler: 'euler' is not one of sde, ode"),
        ({"split_s": 1.0, "split_word": "a"}, "give one of them"),
        ({"guidance": GuidanceSettings(objective="temp")}, "needs mode temp"),
        ({"guidance": GuidanceSettings(objective="mached")}, "did you mean matched"),
        ({"guidance": GuidanceSettings(t_tal1=0.3)}, "t_tal1 0.3 is after t_tal2 0.2"),
        ({"attend": "masked"}, "--no-guidance"),
        ({"seed": -1, "split": 1.5}, "seed: -1.*split: 1.5"),
    ],
)
def test_what_is_not_allowed(values, says):
    with pytest.raises(InterpError, match=says):
        SynthSettings(**values)


@pytest.mark.parametrize(
    ("assignment", "says"),
    [
        ("guidance.gamma=-1", "gamma"),
        ("guidance.t_tal1=0.9", "t_tal1 0.9 is after t_tal2"),
        ("guidance.scope=no", "scope"),
    ],
)
def test_guidance_mistakes_are_told_once(assignment, says):
    with pytest.raises(InterpError, match=says) as caught:
        resolve(SynthSettings, None, [assignment])
    assert str(caught.value).startswith("command line: guidance")
    assert "guidance: guidance" not in str(caught.value)


@pytest.mark.parametrize("path", sorted(data_path("configs/synth").glob("*.yaml")), ids=str)
def test_shipped_configurations_load_and_say_how_to_run_them(path):
    assert resolve(SynthSettings, path) != SynthSettings()
    assert path.read_text().startswith("# ")
    assert f"interp synth --config configs/synth/{path.name}" in path.read_text()
