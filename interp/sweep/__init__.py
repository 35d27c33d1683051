"""Sweeps: many syntheses over a grid, a list or a sample of settings, recorded so that none is lost."""
