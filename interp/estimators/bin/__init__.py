"""The `bin` estimator: cells of the target attend cells of the references."""
