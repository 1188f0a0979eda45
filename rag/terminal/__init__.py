"""What the command line prints: one module for answers, reports and progress each."""

from rag.terminal.answers import answer_text, hit_text
from rag.terminal.meter import Meter
from rag.terminal.reports import info_json, report_json, report_text, verdict_json, verdicts_text
from rag.terminal.screen import has_colour, note, visible

__all__ = [
    "Meter",
    "answer_text",
    "has_colour",
    "hit_text",
    "info_json",
    "note",
    "report_json",
    "report_text",
    "verdict_json",
    "verdicts_text",
    "visible",
]
