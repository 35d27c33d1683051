"""What a mode decides."""
