"""Answers in; a conversation to keep, as Markdown, HTML or JSON, out."""

from rag.answer.export.document import FORMATS, Format, export

__all__ = ["FORMATS", "Format", "export"]
