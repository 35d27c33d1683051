"""Networks that denoise, each with the engine by which the pipeline speaks with it."""
