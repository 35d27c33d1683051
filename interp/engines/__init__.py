"""What the pipeline asks of a checkpoint: one file for each kind of estimator, one contract."""
