"""Untrusted text in, text that a page shows but never interprets out."""

from rag.answer.escape import markdown, one_line, visible

__all__ = ["markdown", "one_line", "visible"]
