"""The one error a user's mistake raises: says where, what was found, what is allowed and what to do."""

from __future__ import annotations


class InterpError(Exception):
    """A mistake in the user's input, told in one line; the command line prints it and exits with code 2."""
