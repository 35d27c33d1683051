"""The process that makes noise of mels, and the way back: noise, solvers, sampler."""
