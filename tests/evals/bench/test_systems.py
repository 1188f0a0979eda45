"""Workers: requests and replies, processes, limits and environments."""

from __future__ import annotations

import io
import json
import os
import subprocess
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from evals.bench.systems import INSTALLED, ROOT, BenchError, System, Worker, WorkerLimits, python_of
from evals.bench.workers.plain import PER_LINE, load_bm25, save_bm25
from evals.bench.workers.protocol import BuildCost, CorpusPassage, read_passages, serve
from evals.bench.workers.txtai import _bound
from tests.evals.bench.worlds import make_environment, worker_starter

# Replies


class Echo:
    packages = ("pip",)

    def build(self, corpus: str, index: str) -> BuildCost:
        return BuildCost(7, 0.5)

    def open(self, index: str) -> None:
        raise ValueError("no such index\nat all")

    def search(self, question: str, top_k: int) -> list[str]:
        return [question] * top_k

    def ask(self, question: str, top_k: int) -> str:
        return question.upper()


def replies(*requests: dict[str, Any]) -> list[dict[str, Any]]:
    written = io.StringIO()
    serve(Echo(), io.StringIO("".join(json.dumps(one) + "\n" for one in requests)), written)
    return [json.loads(line) for line in written.getvalue().splitlines()]


def test_every_request_has_one_reply_in_order() -> None:
    built, found, said, memory, versions = replies(
        {"do": "build", "corpus": "c", "index": "i"},
        {"do": "search", "question": "é\n?", "top_k": 2},
        {"do": "ask", "question": "why", "top_k": 1},
        {"do": "memory"},
        {"do": "versions"},
    )
    assert built["result"] == {"passages": 7, "embedding_seconds": 0.5}
    assert found["result"] == ["é\n?", "é\n?"]
    assert said["result"] == "WHY"
    assert memory["result"] > 1
    assert list(versions["result"]) == ["pip"]
    assert all(reply["seconds"] >= 0 for reply in (built, found, said))


def test_an_error_is_a_reply_of_one_line_and_ends_nothing() -> None:
    failed, unknown, said = replies(
        {"do": "open", "index": "i"}, {"do": "dance"}, {"do": "ask", "question": "a", "top_k": 1}
    )
    assert failed == {"error": "ValueError: no such index"}
    assert "dance" in unknown["error"]
    assert said["result"] == "A"


def test_passages_are_read_as_they_were_written(tmp_path: Path) -> None:
    passage = CorpusPassage("a#0", "a", "tab\tand line\nand ‘quote’")
    row = {"id": passage.id, "article": passage.article, "text": passage.text}
    (tmp_path / "passages.jsonl").write_text(json.dumps(row) + "\n")
    assert list(read_passages(str(tmp_path))) == [passage]


# The plain pipeline's words


class Frequencies:
    """Attributes as those of rank_bm25, which only the bench's own environment has."""

    def __init__(self, doc_freqs: list[dict[str, int]]) -> None:
        self.corpus_size = len(doc_freqs)
        self.idf = {"é": 0.1 + 0.2, "line\u2028": -1 / 3}
        self.doc_freqs = doc_freqs
        self.tokenizer = None


@pytest.mark.parametrize("passages", [0, 1, PER_LINE - 1, PER_LINE, PER_LINE + 1, 3 * PER_LINE])
def test_a_bm25_comes_back_as_it_was(tmp_path: Path, passages: int) -> None:
    written = Frequencies([{f"é{i}": i, "line\u2028": 1} for i in range(passages)])
    save_bm25(written, tmp_path / "bm25.jsonl")
    read = load_bm25(Frequencies, tmp_path / "bm25.jsonl")
    assert type(read) is Frequencies
    assert vars(read) == vars(written)


PLAIN_PYTHON = ROOT / "out" / "bench" / "environments" / "plain" / "bin" / "python"
SCORES = """
import sys
from pathlib import Path
from rank_bm25 import BM25Okapi
from evals.bench.workers.plain import load_bm25, save_bm25

written = BM25Okapi([["ice", "in", "lund"], ["ice"], ["a", "new", "play", "in", "june"]])
save_bm25(written, Path(sys.argv[1]))
read = load_bm25(BM25Okapi, Path(sys.argv[1]))
print(written.get_scores(["new", "ice"]).tolist() == read.get_scores(["new", "ice"]).tolist())
print(read.get_scores(["new", "ice"]).argmax())
"""


@pytest.mark.skipif(not PLAIN_PYTHON.exists(), reason="needs the environment that the bench makes")
def test_a_restored_bm25_scores_as_before(tmp_path: Path) -> None:
    done = subprocess.run(
        [PLAIN_PYTHON, "-c", SCORES, tmp_path / "bm25.jsonl"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout == "True\n2\n"


@pytest.mark.parametrize(("told", "bound"), [(10**30, 512), (384, 384)])
def test_txtai_is_told_what_the_network_reads_at_most(told: int, bound: int) -> None:
    tokenizer = SimpleNamespace(model_max_length=told)
    _bound(tokenizer, SimpleNamespace(max_position_embeddings=512))
    assert tokenizer.model_max_length == bound


# Processes


def test_what_a_library_prints_is_no_reply(tmp_path: Path) -> None:
    with worker_starter(tmp_path, "words")() as worker:
        assert "pip" in worker.versions()
    assert "greets" in (tmp_path / "words.log").read_text()


@pytest.mark.parametrize(
    ("bad", "limits", "says"),
    [
        ("error at open", WorkerLimits(),
         "words failed at 'open': RuntimeError: the paper is wet."),
        ("dies at open", WorkerLimits(), "words ended with exit code 3 at 'open'; its last words: "
         "out of ink."),
        ("hangs at open", WorkerLimits(open_s=0.2), "words took more than 0.2 s at 'open'."),
        ("memory at open", WorkerLimits(memory_mb=300),
         "words needed more than 0.3 GB of memory at 'open'."),
    ],
)  # fmt: skip
def test_a_worker_that_fails_is_ended_and_one_sentence_says_why(
    tmp_path: Path, bad: str, limits: WorkerLimits, says: str
) -> None:
    with worker_starter(tmp_path, "words", bad, limits)() as worker:
        process = worker.process_id
        for _ in range(2):
            with pytest.raises(BenchError) as failed:
                worker.open(tmp_path)
            assert str(failed.value) == says
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)


def test_a_worker_that_cannot_be_started_is_one_sentence(tmp_path: Path) -> None:

    with pytest.raises(BenchError, match=r"^words could not be started: .*no-python"):
        Worker(
            "words", [str(tmp_path / "no-python")], log=tmp_path / "l", limits=WorkerLimits(),
            environment={},
        )  # fmt: skip


def test_a_process_that_is_gone_before_it_is_asked_is_one_sentence(tmp_path: Path) -> None:
    worker = Worker(
        "words",
        ["false"],
        log=tmp_path / "log",
        limits=WorkerLimits(),
        environment=dict(os.environ),
    )
    os.waitid(os.P_PID, worker.process_id, os.WEXITED | os.WNOWAIT)
    with pytest.raises(BenchError, match=r"^words ended with exit code 1 at 'versions'.$"):
        worker.versions()


# Environments

FOREIGN = System("words", "Words", "All of them.", ("no-such-package-of-ours==1",))


@pytest.mark.slow
def test_what_cannot_be_installed_is_one_sentence_and_leaves_no_environment(
    tmp_path: Path,
) -> None:
    said: list[str] = []
    with pytest.raises(BenchError) as failed:
        python_of(FOREIGN, tmp_path, pip_flags=("--no-index",), say=said.append)
    told = str(failed.value)
    assert told.startswith("Words could not be installed (ERROR: No matching distribution found")
    assert len(told.splitlines()) == 1
    assert said == ["installing Words; this takes a few minutes, once"]
    assert not (tmp_path / "words" / INSTALLED).exists()


def test_an_environment_is_used_again_for_the_same_requirements_only(tmp_path: Path) -> None:
    python = make_environment(tmp_path, FOREIGN)
    assert python_of(FOREIGN, tmp_path) == python
    said: list[str] = []
    with pytest.raises(BenchError):
        python_of(
            replace(FOREIGN, requirements=("other==2",)),
            tmp_path,
            pip_flags=("--no-such-flag",),
            say=said.append,
        )
    assert said == ["installing Words; this takes a few minutes, once"]
