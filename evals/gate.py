"""The gate: holds runs against the committed baseline and says what got worse.

A metric fails when it is lower than in the baseline, question by question, and both the paired
permutation test (p < 5 %) and the 95 % interval of the change say that this is no chance. The
engine is deterministic, so an unchanged one never fails: the test separates a change that does
harm in general from one that moves a few questions either way. It cannot detect harm to five
questions or fewer, so whatever fell inside the noise is printed, too; one of 22 comparisons may
fail by chance. The baseline has the scores of every question, so that a part of a set is held
against the same questions.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from evals.compare import Difference, Record, compare, metrics
from evals.run import Run
from evals.sets import EvalSet
from evals.summary import KEYS, named
from rag.errors import ConfigError

BASELINE = Path(__file__).with_name("baseline.json")
FORMAT = 1
UPDATE = "python -m evals gate --update"


def failures(runs: Sequence[Run], baseline: Mapping[str, Record]) -> list[str]:
    """One line for each reason to stop; none when all is at least as good as before."""
    return [line for run in runs for line in _failures(run, baseline.get(run.name))]


def _failures(run: Run, before: Record | None) -> list[str]:
    broken = [
        f"{run.name}: a quotation of question {question_id} is not in its article"
        for question_id in run.broken
    ]
    if before is None:
        return [*broken, f"{run.name}: the baseline does not have this set; run {UPDATE}"]
    now = Record.of(run)
    changed = _differing(before, now)
    if changed:
        reasons = (f"{run.name}: the {what} are not those of the baseline" for what in changed)
        return [*broken, *(f"{one}; run {UPDATE}" for one in reasons)]
    found = _fallen(before, now)
    return [*broken, *(_line(run.name, one) for one in found if one.verdict == "worse")]


def _differing(before: Record, now: Record) -> list[str]:
    """What keeps two records from being compared; of an edited baseline, what it lacks."""
    of_the_set = (
        ("articles", now.corpus == before.corpus),
        ("questions", now.questions == before.questions),
    )
    of_the_scores = (
        ("questions that are scored", now.scores.keys() == before.scores.keys()),
        ("metrics", metrics(now) & {*KEYS} == metrics(before) & {*KEYS}),
    )
    different = [what for what, same in of_the_set if not same]
    return different or [what for what, same in of_the_scores if not same]


def part_of(before: Record, whole: EvalSet, part: EvalSet) -> Record:
    """The record of a part of a set. A record of other questions than the set's stays as it is."""
    if before.questions != whole.fingerprint:
        return before
    asked = {question.id for question in part.questions}
    scores = {name: scores for name, scores in before.scores.items() if name in asked}
    return replace(before, questions=part.fingerprint, scores=scores)


def fallen_in_noise(runs: Sequence[Run], baseline: Mapping[str, Record]) -> list[str]:
    """One line for each metric that is lower than before, but no reason to stop."""
    return [
        _line(run.name, one)
        for run in runs
        if (before := baseline.get(run.name)) and _same_set(before, now := Record.of(run))
        for one in _fallen(before, now)
        if one.verdict != "worse"
    ]


def _same_set(before: Record, now: Record) -> bool:
    return (before.corpus, before.questions) == (now.corpus, now.questions)


def _fallen(before: Record, now: Record) -> list[Difference]:
    differences = compare(before, now).differences
    return [one for one in differences if one.metric in KEYS and one.after < one.before]


def _line(name: str, found: Difference) -> str:
    metric, change = named(found.metric), found.found
    noise = "beyond the noise" if found.verdict == "worse" else found.verdict
    return (
        f"{name}: {metric.label!r} ({metric.name}) fell from {metric.write(found.before)} to "
        f"{metric.write(found.after)} over {change.count} questions, {noise} (95 % "
        f"interval of the change {change.low:+.3f} to {change.high:+.3f}, p = {change.p:.4f})"
    )


def read_baseline(path: Path = BASELINE) -> dict[str, Record]:
    """The records of the baseline by set. Raises ConfigError when it cannot be read."""
    try:
        values = json.loads(path.read_text("utf-8"))
        if values["format"] != FORMAT:
            raise ValueError(f"its format is {values['format']}, not {FORMAT}")
        return {name: _record(name, one) for name, one in values["sets"].items()}
    except FileNotFoundError as error:
        raise ConfigError(f"There is no baseline {str(path)!r} yet; write it: {UPDATE}") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigError(
            f"The baseline {str(path)!r} cannot be read ({error}); restore it, or run {UPDATE}"
        ) from error


def write_baseline(
    runs: Sequence[Run], path: Path = BASELINE, *, others: Mapping[str, Record] | None = None
) -> None:
    """Write what later runs are held against: the same runs, the same bytes.

    ``others`` are records by set that stay as they are, unless there is a run of theirs. Raises
    ConfigError rather than take broken quotations as the measure.
    """
    broken = [question_id for run in runs for question_id in run.broken]
    if broken:
        raise ConfigError(
            f"The baseline was not written: quotations of {', '.join(broken)} are broken."
        )
    records = {**(others or {}), **{run.name: Record.of(run) for run in runs}}
    sets = ",\n".join(f"{json.dumps(name)}: {_set_text(one)}" for name, one in records.items())
    path.write_text(
        f'{{"format": {FORMAT}, "sets": {{\n{sets}\n}}}}\n', encoding="utf-8", newline="\n"
    )


def _set_text(record: Record) -> str:
    """The record with one question a line, so that a difference can be read."""
    head = {
        "corpus": record.corpus,
        "questions": record.questions,
        "index": record.index,
        "settings": record.settings,
        "keys": list(KEYS),
    }
    rows = ",\n".join(
        f"{json.dumps(question_id)}: {json.dumps([scores.get(key) for key in KEYS])}"
        for question_id, scores in sorted(record.scores.items())
    )
    lines = [f"{json.dumps(name)}: {json.dumps(value)}" for name, value in head.items()]
    return "{\n" + ",\n".join([*lines, f'"scores": {{\n{rows}\n}}']) + "\n}"


def _record(name: str, values: Mapping[str, Any]) -> Record:
    keys = values["keys"]
    return Record(
        name=name,
        corpus=values["corpus"],
        questions=values["questions"],
        index=values["index"],
        settings=values["settings"],
        scores={
            question_id: {
                key: score for key, score in zip(keys, row, strict=True) if score is not None
            }
            for question_id, row in values["scores"].items()
        },
        asked={},
    )
