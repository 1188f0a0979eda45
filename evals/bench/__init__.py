"""Dateline beside other systems: the same articles in; ratios of cost and quality out."""
