"""Metrics with published definitions, independent of how a set is run."""
