"""What a mode decides: a file a mode, one line each in the contract's list."""
