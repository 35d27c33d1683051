"""Evaluation: what an output took from each reference, and how well it speaks."""
