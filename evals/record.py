"""Records: a run in, JSON out; and of such JSON, what two runs are compared by."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from evals.run import Run
from evals.sets import question_json
from evals.types import Outcome
from rag.errors import ConfigError

FORMAT = 1
DIGITS = 6


@dataclass(frozen=True, slots=True)
class Record:
    """What of a run is compared with another: the scores of each question, by id and by name.

    ``corpus`` and ``questions`` are the set's fingerprints, ``index`` that of the index.
    """

    name: str
    corpus: str
    questions: str
    index: str
    settings: Mapping[str, Any]
    scores: Mapping[str, Mapping[str, float]]
    asked: Mapping[str, str]

    @classmethod
    def of(cls, run: Run) -> Self:
        return cls(
            name=run.name,
            corpus=run.corpus,
            questions=run.questions,
            index=run.index.fingerprint,
            settings=run.settings,
            scores={o.question.id: _rounded(o.scores) for o in run.outcomes},
            asked={o.question.id: o.question.question for o in run.outcomes},
        )


def run_json(run: Run, summary: Mapping[str, Any]) -> dict[str, Any]:
    """All of a run, with its summary, as JSON that ``read_record`` reads."""
    return {
        "format": FORMAT,
        "set": run.name,
        "corpus": run.corpus,
        "questions": run.questions,
        "index": {
            "fingerprint": run.index.fingerprint,
            "articles": run.index.articles,
            "passages": run.index.passages,
        },
        "settings": run.settings,
        "warnings": list(run.warnings),
        "broken_quotations": list(run.broken),
        "peak_memory_mb": run.peak_memory_mb,
        "summary": summary,
        "outcomes": [_outcome_json(outcome) for outcome in run.outcomes],
    }


def _outcome_json(outcome: Outcome) -> dict[str, Any]:
    return {
        "question": question_json(outcome.question),
        "answer": outcome.answer,
        "retrieved": list(outcome.retrieved),
        "passages": [list(passage) for passage in outcome.passages],
        "latency_ms": round(outcome.latency_ms, 2),
        "error": outcome.error,
        "scores": _rounded(outcome.scores),
        "stage": outcome.stage,
    }


def _rounded(scores: Mapping[str, float]) -> dict[str, float]:
    return {name: round(float(value), DIGITS) for name, value in sorted(scores.items())}


def read_record(path: Path) -> Record:
    """What is compared of a run written by ``python -m evals run``.

    Raises ConfigError for a file that is not such a run.
    """
    try:
        values = json.loads(path.read_text("utf-8"))
        if values["format"] != FORMAT:
            raise ValueError(f"its format is {values['format']}, not {FORMAT}")
        outcomes = values["outcomes"]
        return Record(
            name=values["set"],
            corpus=values["corpus"],
            questions=values["questions"],
            index=values["index"]["fingerprint"],
            settings=values["settings"],
            scores={o["question"]["id"]: o["scores"] for o in outcomes},
            asked={o["question"]["id"]: o["question"]["question"] for o in outcomes},
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigError(
            f"{str(path)!r} is not the JSON of a run ({error}); "
            "make one with: python -m evals run SET --json FILE"
        ) from error
