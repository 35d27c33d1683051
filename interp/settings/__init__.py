"""What a user can set: defaults, bounds, YAML and command line, objectives."""
