"""Training: corpus and pack, kinds of example, losses, runs that resume."""
