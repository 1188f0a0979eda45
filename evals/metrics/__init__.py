"""Metrics: what was returned and what is right in, a number with a published definition out."""
