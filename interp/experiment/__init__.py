"""Experiments: the tuned noise against its controls, in paired cases; see docs/experiments.md."""
