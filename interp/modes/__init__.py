"""What a mode decides: a file a mode, one word each in the registry."""
