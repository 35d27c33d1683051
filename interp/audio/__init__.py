"""Sound in and out: recordings, level, mel, what a reference tells of its voice."""
