"""Dateline: questions about a collection of news articles, answered with their own words."""
