"""Evaluates Dateline: reference questions, metrics with intervals, a report and a gate."""
