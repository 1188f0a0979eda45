"""The same articles under other file names, and so in another order: the same answers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import get_args

import pytest

from rag import AskConfig, Pipeline
from rag.config import BuildConfig
from rag.ingest.build import build
from rag.query.understand import Corrections
from rag.types import Answer, Citation, Kind

FLOOD = "The river Orla flooded Marnby on Sunday and four people were killed, the mayor said."
ARTICLES = [
    f"date 2024-03-03 {FLOOD} Nine hundred people left their homes.",
    # An agency's copy of it, under another beginning.
    f"date 2024-03-03 MARNBY (Wire) – {FLOOD} Nine hundred people left their homes.",
    "date 2024-03-04 Six people were killed in the flood of the river Orla, the police said on "
    "Monday. The bridge of Marnby was not damaged.",
    "date 2024-03-04 Relief for Marnby came from Tarn, Eskel and Port Lowe, the mayor, Ada Brandt, "
    "said on Monday. She asked the government to send soldiers.",
    "date 2024-03-09 The dyke of Marnby broke because foxes had dug holes in it, an engineer, Nils "
    "Orne, said on Saturday. He had warned the town in January.",
    "date 2024-03-20 The government will pay 30 million crowns to Marnby, minister Rolf Teale said "
    "on Wednesday. The money is to be paid out on 2 April.",
    "date 2024-04-02 The money for the flood of Marnby has not arrived, mayor Ada Brandt said.",
    "date 2024-04-15 Ada Brandt resigned as mayor of Marnby on Monday. Her deputy, Finn Hollis, "
    "takes over.",
    "date 2024-05-02 Finn Hollis is the new mayor of Marnby. He won 61 per cent of the votes on "
    "Thursday, ahead of Carla Weir, Otto Lind and Jan Moss.",
    "date 2024-05-20 A ferry will sail between Tarn and Port Lowe from 1 June, the company Norrsea "
    "said on Monday.",
    "date 2024-06-01 The ferry between Tarn and Port Lowe sailed for the first time on Saturday.",
    "The harbour of Eskel was built for ships that carried salt.",
]
QUESTIONS: dict[Kind, tuple[str, ...]] = {
    "span": ("How many people were killed in the flood?", "Who is mayor of Marnby?"),
    "list": ("Which towns sent relief to Marnby?", "Who stood for mayor of Marnby?"),
    "yesno": ("Was the bridge of Marnby damaged?", "Did the government send soldiers?"),
    "when": ("When did Ada Brandt resign?", "When is the money to be paid out?"),
    "timeline": ("Give me a timeline of the flood of Marnby", "What happened day by day in March?"),
    "latest": ("Who is the mayor of Marnby now?", "What is the latest on the flood of Marnby?"),
    "summary": ("Summarise the flood of Marnby", "What happened on 4 March 2024?"),
    "passage": ("Why did the dyke break?", "What did Ada Brandt say about the relief?"),
}
NAMES = [f"{name}.txt" for name in "abcdefghijkl"]
TODAY = date(2024, 7, 1)


@pytest.fixture(scope="module")
def pipelines(models: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Pipeline]]:
    """One over the articles as they stand here, one with the names given the other way round."""
    with ExitStack() as opened:
        yield [
            opened.enter_context(pipeline(tmp_path_factory.mktemp("order"), names, models))
            for names in (NAMES, NAMES[::-1])
        ]


def pipeline(folder: Path, names: list[str], models: Path) -> Pipeline:
    articles = folder / "articles"
    articles.mkdir()
    for name, text in zip(names, ARTICLES, strict=True):
        (articles / name).write_text(text, "utf-8")
    build(BuildConfig(articles, folder / "index", models=models))
    config = AskConfig(articles, folder / "index", models=models, min_confidence=0.0)
    return Pipeline.open(config=config)


def told(answer: Answer) -> tuple[str | None, list[tuple[str, str, list[str]]]]:
    """What is said and quoted; which of several equal sources comes first is left open."""
    return answer.text, [quoted(one) for one in answer.citations]


def quoted(one: Citation) -> tuple[str, str, list[str]]:
    return one.quote, one.sentence, sorted(other.sentence for other in one.also)


def test_every_kind_is_asked() -> None:
    assert QUESTIONS.keys() == set(get_args(Kind))


@pytest.mark.parametrize(
    ("kind", "question"), [(kind, one) for kind, asked in QUESTIONS.items() for one in asked]
)
def test_the_order_of_the_files_does_not_matter(
    pipelines: list[Pipeline], kind: Kind, question: str
) -> None:
    one, other = (
        pipeline.ask(question, today=TODAY, corrections=Corrections(kind=kind))
        for pipeline in pipelines
    )
    assert one.citations
    assert told(one) == told(other)
    assert one.confidence == pytest.approx(other.confidence, abs=1e-6)
