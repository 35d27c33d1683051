"""Settings of all tests: property tests have no deadline, since the machines they run on are shared."""

from hypothesis import settings

settings.register_profile("shared-machine", deadline=None)
settings.load_profile("shared-machine")
