"""Where jobs run, those of sweeps, experiments and corpora alike: here, in several processes, on Ray."""
