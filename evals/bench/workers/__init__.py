"""Each system as a program of its own, run by the Python of its own environment."""
