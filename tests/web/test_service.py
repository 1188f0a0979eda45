from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rag.config import AskConfig, BuildConfig
from rag.errors import (
    ArticleError,
    BuildCancelled,
    IndexBusy,
    IndexDamaged,
    IndexMissing,
)
from rag.index import versions
from rag.index.local import LocalStore
from rag.service import Rebuild, Service, Status
from rag.types import BuildReport
from rag.web.server import open_service
from tests.ingest.building import run
from tests.web.engine import Collection, Engine

QUESTION = "Where did Pezeshkian and Sharif meet?"


def add(folder: Path, text: str = "date 2025-01-02 Pezeshkian and Sharif meet in Oslo.") -> None:
    (folder / "new.txt").write_text(text, encoding="utf-8")


def finish(rebuild: Rebuild, collection: Collection) -> None:
    collection.gate.set()
    while rebuild.status.running:
        threading.Event().wait(0.01)


def test_without_an_index_one_is_built(service: Service, collection: Collection) -> None:
    with service.lease() as engine:
        assert engine.info.articles == 2
    assert len(collection.versions) == 1


def test_a_folder_without_articles_leaves_a_page_that_says_so(tmp_path: Path) -> None:
    def empty(*_: object, **__: object) -> BuildReport:
        raise ArticleError("There are no articles.")

    service = open_service(
        AskConfig(), BuildConfig(), open_engine=Collection().open, run_build=empty
    )
    with pytest.raises(IndexMissing, match="add articles"), service.lease():
        pass


def test_an_answer_is_made_wholly_with_one_version(
    service: Service, collection: Collection, folder: Path
) -> None:
    with service.lease() as engine:
        add(folder)
        collection.build(service.build)
        service.reload()
        assert engine.ask(QUESTION).index.version == "1"
        assert collection.closed == []
        with service.lease() as newer:
            assert newer.ask(QUESTION).index.version == "2"
    assert collection.closed == [1]


def test_a_version_built_by_another_process_is_taken_over(
    service: Service, collection: Collection
) -> None:
    collection.build(service.build)
    with service.lease() as engine:
        assert engine.info.version == "2"
    assert collection.closed == [1]


def test_an_idle_engine_is_closed_at_the_end(service: Service, collection: Collection) -> None:
    service.close()
    assert collection.closed == [1]


def test_what_cannot_be_opened_leaves_the_old_one_serving(folder: Path) -> None:
    collection = Collection()

    def open_first(config: AskConfig) -> Engine:
        if len(collection.versions) > 1:
            raise IndexDamaged("Version 2 is damaged.")
        return collection.open(config)

    build = BuildConfig(articles=folder)
    service = open_service(AskConfig(), build, open_engine=open_first, run_build=collection.build)
    collection.build(build)
    with service.lease() as engine:
        assert engine.info.version == "1"


def test_questions_are_answered_during_a_rebuild_and_by_it_afterwards(
    service: Service, rebuild: Rebuild, collection: Collection, folder: Path
) -> None:
    add(folder)
    collection.gate.clear()
    rebuild.start()
    with service.lease() as engine:
        assert engine.ask(QUESTION).index.version == "1"
    finish(rebuild, collection)
    with service.lease() as engine:
        assert engine.ask(QUESTION).citations[0].article.path == "new.txt"
    assert rebuild.status.report is not None
    assert [file.fate for file in rebuild.status.report.files] == ["unchanged"] * 2 + ["added"]


def test_a_second_rebuild_is_refused(rebuild: Rebuild, collection: Collection) -> None:
    collection.gate.clear()
    rebuild.start()
    with pytest.raises(IndexBusy, match="A rebuild has been running for 0 seconds"):
        rebuild.start()
    finish(rebuild, collection)
    assert len(collection.versions) == 2


def test_a_rebuild_can_be_cancelled_and_started_again(
    service: Service, collection: Collection
) -> None:
    def build(*arguments: Any, cancelled: Callable[[], bool], **options: Any) -> BuildReport:
        collection.gate.wait()
        if cancelled():
            raise BuildCancelled("The build was cancelled.")
        return collection.build(*arguments, **options)

    rebuild = Rebuild(service, run_build=build)
    rebuild.cancel()
    assert rebuild.status == Status()
    collection.gate.clear()
    rebuild.start()
    rebuild.cancel()
    assert rebuild.status.cancelling
    finish(rebuild, collection)
    assert rebuild.status.error == "The build was cancelled."
    with service.lease() as engine:
        assert engine.info.version == "1"
    rebuild.start()
    finish(rebuild, collection)
    assert (rebuild.status.error, rebuild.status.cancelling) == ("", False)
    with service.lease() as engine:
        assert engine.info.version == "2"


def test_the_report_of_a_build_by_another_program_is_that_of_the_last_one(
    service: Service, rebuild: Rebuild, folder: Path
) -> None:
    assert rebuild.status == Status()
    report = run(folder, service.build.index)
    assert rebuild.status.report == report
    assert rebuild.status.ended


def test_whoever_asks_after_a_switch_asks_without_the_article(tmp_path: Path, folder: Path) -> None:
    config = BuildConfig(articles=folder, index=tmp_path / "index")
    run(folder, config.index)
    opened: list[LocalStore] = []

    def open_engine(ask: AskConfig) -> Any:
        opened.append(LocalStore.open(ask.index))
        opened[-1].current = opened[-1].is_current  # type: ignore[attr-defined]
        return opened[-1]

    service = Service(AskConfig(index=config.index), config, open_engine=open_engine)
    service.reload()
    article = opened[0].article_ids()[0]
    with service.lease() as before:
        service.switch([article], on=False)
        assert [entry.on for entry in before.entries()] == [True, True]
        with service.lease() as after:
            assert [entry.on for entry in after.entries()] == [False, True]
            assert after.info.articles == 1
    versions.set_switches(config.index, [article], on=True)
    with service.lease() as again:
        assert again.info.articles == 2
    service.close()


@pytest.mark.parametrize(
    ("failure", "sentence"),
    [
        (ArticleError("The folder is gone."), "The folder is gone."),
        (ValueError("internal"), "The rebuild stopped unexpectedly"),
    ],
)
def test_a_failed_rebuild_is_told_and_the_old_version_serves(
    service: Service, failure: Exception, sentence: str
) -> None:
    def fail(*_: object, **__: object) -> BuildReport:
        raise failure

    rebuild = Rebuild(service, run_build=fail)
    rebuild.start()
    rebuild.close()
    assert rebuild.status.error.startswith(sentence)
    with service.lease() as engine:
        assert engine.info.version == "1"


def test_many_ask_while_versions_change(
    service: Service, collection: Collection, folder: Path
) -> None:
    wrong: list[str] = []

    def ask() -> None:
        for _ in range(50):
            with service.lease() as engine:
                answer = engine.ask(QUESTION)
                if answer.index != engine.info or engine.info.version in collection.closed:
                    wrong.append(engine.info.version)

    askers = [threading.Thread(target=ask) for _ in range(8)]
    for asker in askers:
        asker.start()
    for _ in range(20):
        collection.build(service.build)
        service.reload()
    for asker in askers:
        asker.join()
    service.close()
    assert wrong == []
    assert sorted(set(collection.closed)) == sorted(collection.closed)
    assert 21 in collection.closed
