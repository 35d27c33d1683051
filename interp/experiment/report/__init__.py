"""From the figures of an experiment to its report."""
