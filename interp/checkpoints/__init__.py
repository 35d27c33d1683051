"""Weights as files, with what they say of themselves."""
