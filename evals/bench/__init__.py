"""Dateline beside other systems: cost and quality on the same articles and questions."""
