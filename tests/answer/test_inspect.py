"""Searching under other settings than the pipeline's own, over the same opened index."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from rag import AskConfig, Pipeline
from rag.config import BuildConfig
from rag.errors import ConfigError
from rag.types import Hit, Query

QUERY = Query("q", "Where did Sharif and Pezeshkian meet?")


@pytest.fixture(scope="module")
def config(seed_index: BuildConfig) -> AskConfig:
    return AskConfig(seed_index.articles, seed_index.index, models=seed_index.models)


@pytest.fixture(scope="module")
def pipeline(config: AskConfig) -> Iterator[Pipeline]:
    with Pipeline.open(config=config) as opened:
        yield opened


def test_its_own_settings_find_what_it_finds(pipeline: Pipeline) -> None:
    assert pipeline.inspect(QUERY, top_k=10, dense_weight=0.5) == pipeline.retrieve(QUERY)


@pytest.mark.parametrize("weight", [0.0, 0.3, 1.0])
def test_other_settings_find_what_a_pipeline_with_them_finds(
    pipeline: Pipeline, config: AskConfig, weight: float
) -> None:
    with Pipeline.open(config=replace(config, top_k=4, dense_weight=weight)) as other:
        found = pipeline.inspect(QUERY, top_k=4, dense_weight=weight)
        assert found == other.retrieve(QUERY)
    assert pipeline.retrieve(QUERY) == pipeline.inspect(QUERY, top_k=10, dense_weight=0.5)


def test_by_meaning_alone_the_nearest_passage_is_first(pipeline: Pipeline) -> None:
    found = pipeline.inspect(QUERY, top_k=3, dense_weight=1.0)
    dense = [hit.dense for hit in pipeline.inspect(QUERY, top_k=50, dense_weight=0.5)]
    assert found[0].dense == max(dense)


def test_a_setting_out_of_range_is_refused(pipeline: Pipeline) -> None:
    with pytest.raises(ConfigError):
        pipeline.inspect(QUERY, top_k=10, dense_weight=1.5)


def test_without_collapsing_no_hit_has_copies(pipeline: Pipeline) -> None:
    found: list[Hit] = pipeline.inspect(QUERY, top_k=10, dense_weight=0.5, collapse=False)
    assert [hit.copies for hit in found] == [()] * len(found)
