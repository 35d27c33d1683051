"""From log mel to sound."""
