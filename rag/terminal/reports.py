"""Reports of a build, a verification or an index in; text to read, or JSON values, out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rag.terminal.screen import visible
from rag.types import BuildReport

if TYPE_CHECKING:
    from rag.answer.verify import Exported, Verdict
    from rag.index.local import Index


def report_text(report: BuildReport) -> str:
    """Every file and its fate, except those that did not change, which are only counted."""
    fates = Counter(file.fate for file in report.files)
    lines = [
        f"{file.fate:<10}{visible(file.path)}"
        + (f": {visible(file.reason)}" if file.reason else "")
        for file in report.files
        if file.fate != "unchanged" or file.notes
    ]
    notes = [
        f"          {visible(file.path)}: {visible(said)}"
        for file in report.files
        for said in file.notes
    ]
    counted = ", ".join(f"{count:,} {fate}" for fate, count in sorted(fates.items())) or "no files"
    state = "is live" if report.changed else "was up to date"
    return "\n".join(
        [
            *lines,
            *notes,
            f"{counted}.",
            f"Version {report.version} {state}: {report.articles:,} articles, "
            f"{report.passages:,} passages ({report.embedded:,} embedded, "
            f"{report.reused:,} kept) in {report.seconds:.1f} s.",
        ]
    )


def report_json(report: BuildReport) -> dict[str, Any]:
    """The report as a JSON object."""
    return {
        "version": report.version,
        "changed": report.changed,
        "articles": report.articles,
        "passages": report.passages,
        "embedded": report.embedded,
        "reused": report.reused,
        "seconds": round(report.seconds, 3),
        "files": [
            {
                "path": file.path,
                "fate": file.fate,
                "reason": file.reason,
                "articles": file.articles,
                "notes": list(file.notes),
            }
            for file in report.files
        ],
    }


def verdict_json(verdict: Verdict) -> dict[str, Any]:
    """One verdict as a JSON object."""
    quoted = verdict.exported
    return {
        "state": verdict.state,
        "question": quoted.question,
        "nearest": quoted.nearest,
        "article_id": quoted.article_id,
        "start": quoted.start,
        "end": quoted.end,
        "quote": quoted.quote,
        "now_article_id": verdict.article_id or None,
        "now_start": verdict.start if verdict.start >= 0 else None,
    }


def _role(exported: Exported) -> str:
    """What the quotation was exported as, and for which question."""
    role = "nearest to" if exported.nearest else "answers"
    return f"{role} {visible(exported.question)[:40]}"


def verdicts_text(verdicts: Sequence[Verdict]) -> str:
    """A line for each quotation, and the counts."""
    lines = [
        f"{v.state:<8}{visible(v.exported.article_id)} [{v.exported.start}:{v.exported.end}] "
        f"{visible(v.exported.quote)[:60]} ({_role(v.exported)})"
        + (f" -> {visible(v.article_id)} at {v.start}" if v.state == "moved" else "")
        for v in verdicts
    ]
    counts = Counter(verdict.state for verdict in verdicts)
    counted = ", ".join(f"{count} {state}" for state, count in sorted(counts.items()))
    return "\n".join([*lines, f"{len(verdicts)} quotations: {counted or 'none'}."])


def info_json(index: Index) -> dict[str, Any]:
    """What is indexed, and how."""
    info = index.info
    return {
        "version": info.version,
        "built_at": info.built_at,
        "articles": info.articles,
        "switched_off": len(index.selection.off),
        "passages": info.passages,
        "oldest_article": info.oldest_article.isoformat() if info.oldest_article else None,
        "newest_article": info.newest_article.isoformat() if info.newest_article else None,
        "fingerprint": info.fingerprint,
        "model": index.model_fingerprint,
        "settings": dict(index.settings),
    }
