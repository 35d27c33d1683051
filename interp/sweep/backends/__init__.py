"""Where batches run: in this process, in several local ones, on a Ray cluster."""
