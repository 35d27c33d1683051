"""Tuning the noise of a diffusion model: objectives over attention mass, windows, optimiser, trace."""
