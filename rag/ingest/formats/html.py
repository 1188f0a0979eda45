"""Reads a web page: its story, and what its metadata states about it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from rag.dates.calendar import parse_day
from rag.ingest.records import Record, Unusable

_DATE_NAMES = ("article:published_time", "datepublished", "dc.date.issued", "dc.date", "date")
_ARTICLE_KINDS = ("Article", "Posting", "Report")


def find_html(text: str) -> Record:
    """The story as trafilatura extracts it, and the page's own title, address and date.

    A date counts only where the page states it for machines; nothing is guessed from the words.

    Raises Unusable when there is no story.
    """
    page = _parse(text)
    stated = _stated(page)
    dates = list(_dates(page, stated))
    return Record(
        _story(page),
        date=next((said for said in dates if parse_day(said)), dates[0] if dates else ""),
        title=stated.get("og:title") or page.findtext(".//title") or "",
        url=_address(page) or stated.get("og:url", ""),
    )


def _parse(text: str) -> Any:
    from lxml import etree, html

    # As UTF-8 bytes: lxml refuses a str that declares an encoding, which any page may do.
    parser = html.HTMLParser(encoding="utf-8", no_network=True)
    try:
        page = html.document_fromstring(text.encode("utf-8"), parser=parser)
    except (etree.LxmlError, ValueError, AssertionError) as error:
        raise Unusable("cannot be parsed as HTML") from error
    return page


def _story(page: Any) -> str:
    import trafilatura

    try:
        story = trafilatura.extract(
            page, favor_precision=True, include_comments=False, prune_xpath="//*[@hidden]"
        )
    except Exception as error:  # an untrusted page may trip the extractor in any way
        raise Unusable(f"no story could be extracted ({type(error).__name__})") from error
    if not story:
        raise Unusable("no story could be extracted from the page")
    return str(story)


def _stated(page: Any) -> dict[str, str]:
    """The page's meta elements by lower-case name; the first of a name counts."""
    stated: dict[str, str] = {}
    for meta in page.iter("meta"):
        name = meta.get("property") or meta.get("name") or meta.get("itemprop") or ""
        content = (meta.get("content") or "").strip()
        if content:
            stated.setdefault(name.strip().lower(), content)
    return stated


def _address(page: Any) -> str:
    for link in page.iter("link"):
        if "canonical" in (link.get("rel") or "").lower().split():
            return (link.get("href") or "").strip()
    return ""


def _dates(page: Any, stated: dict[str, str]) -> Iterator[str]:
    """Every stated date of publication, the most explicit first."""
    yield from (stated[name] for name in _DATE_NAMES[:2] if name in stated)
    yield from _linked_dates(page)
    yield from (stated[name] for name in _DATE_NAMES[2:] if name in stated)
    article = page.find(".//article")
    if article is not None:
        times = [time for time in article.iter("time") if time.get("datetime")]
        # The first one is the byline's; later ones may be of comments or of related stories.
        yield from (time.get("datetime").strip() for time in times[:1])


def _linked_dates(page: Any) -> Iterator[str]:
    for script in page.iter("script"):
        if (script.get("type") or "").strip().lower() != "application/ld+json":
            continue
        try:
            data = json.loads(script.text or "")
        except (ValueError, RecursionError):
            continue
        for thing in _things(data):
            said = thing.get("datePublished")
            if isinstance(said, str) and _is_article(thing):
                yield said.strip()


def _things(data: Any) -> Iterator[dict[str, Any]]:
    """The objects that describe the page itself: at the top, in a list there, or in its graph."""
    for thing in data if isinstance(data, list) else [data]:
        if isinstance(thing, dict):
            yield thing
            graph = thing.get("@graph")
            yield from (item for item in _list(graph) if isinstance(item, dict))


def _is_article(thing: dict[str, Any]) -> bool:
    kinds = _list(thing.get("@type"))
    return any(isinstance(kind, str) and kind.endswith(_ARTICLE_KINDS) for kind in kinds)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
