"""Training of the neural vocoder."""
