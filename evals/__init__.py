"""Evaluating Dateline: reference questions in; metrics with intervals, a report and a gate out."""
