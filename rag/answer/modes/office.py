"""What was found for a question after an office in; the name that stands with the office out."""

from __future__ import annotations

from rag.answer.agreement import same_answer
from rag.answer.modes.base import Found, Pick, Reply, either
from rag.answer.offices import Holder, holders, office_asked


def office_reply(found: Found) -> Reply | None:
    """The name that stands with the office, and where else it does; None where none is asked for.

    Nor is there one where the office is told of nobody, or of several at the time of an event. A
    reader that answers with the same name supports it (a noisy or).
    """
    office = office_asked(found.query.text, found.query.carried)
    told = holders(office, found.hits) if office else []
    if office is None or not told:
        return None
    first, *others = told
    same = [one for one in others if same_answer(first.name, one.name)]
    if office.at and len(same) < len(others):
        return None
    elsewhere = {one.hit.passage.article.id: one for one in reversed(same)}
    elsewhere.pop(first.hit.passage.article.id, None)
    agrees = bool(found.spans) and same_answer(found.spans[0].quote, first.name)
    likely = either(first.likely, found.confidence) if agrees else first.likely
    also = tuple(_pick(one) for one in elsewhere.values())
    return Reply((_pick(first, also),), likely)


def _pick(holder: Holder, also: tuple[Pick, ...] = ()) -> Pick:
    return Pick(holder.hit, holder.start, holder.end, holder.hit.score, also)
