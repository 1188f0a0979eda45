"""Exporting: the compiled network says what the one in PyTorch says, for every output."""

from __future__ import annotations

import json
import sys
from dataclasses import astuple, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer
from transformers import AutoModelForQuestionAnswering

from rag.models.compile import reader_fingerprint
from rag.models.reader import SpanReader
from rag.models.runtime import Runtime, weights_fingerprint
from rag.models.windows import Windows
from rag.types import Article, Passage
from training.examples import Encoder
from training.export_reader import HUGGING_FACE, OPENVINO, export_network, main
from training.network import load_network, save_network
from training.sources import Passage as TaughtPassage

LENGTHS = (7, 23, 120)


@pytest.fixture(scope="module")
def exported(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A network's folder, and what was exported of it."""
    folder, out = tmp_path_factory.mktemp("network"), tmp_path_factory.mktemp("exported")
    network = load_network(tiny)
    with torch.no_grad():
        for parameter in network.label.parameters():
            parameter.mul_(30)
    save_network(network, folder, (tiny / "tokenizer.json").read_bytes())
    export_network(folder, out, "tiny")
    return folder, out


def windows() -> list[tuple[Any, Any]]:
    numbers = np.random.default_rng(5)
    ids = [numbers.integers(1000, 20000, length) for length in LENGTHS]
    return [(one, (np.arange(len(one)) > 4).astype(np.int64)) for one in ids]


def test_all_outputs_are_those_of_torch(exported: tuple[Path, Path]) -> None:
    folder, out = exported
    network = load_network(folder).eval()
    said: dict[int, list[Any]] = {}

    def store(number: int, outputs: list[Any]) -> None:
        said[number] = [output.copy() for output in outputs]

    Runtime(out / OPENVINO, threads=1).run(windows(), store)
    for number, (ids, types) in enumerate(windows()):
        one = torch.from_numpy(ids)[None]
        with torch.no_grad():
            tokens, label = network(one, torch.from_numpy(types)[None], torch.ones_like(one))
        assert said[number][0].shape == (1, 4, len(ids))
        assert said[number][1].shape == (1, 4)
        spread = float(tokens.std())
        assert np.abs(said[number][0][0].T - tokens[0].numpy()).mean() < 0.05 * spread
        assert np.abs(said[number][1] - label.numpy()).max() < 0.2 * float(label.std())


def test_the_product_reads_every_output_of_what_was_exported(exported: tuple[Path, Path]) -> None:
    reader = SpanReader(exported[1] / OPENVINO, threads=1)
    text = "Police met in Bergen. Lena Olm, Piet Maas and Ada Roe were there."
    article = Article(
        "a", text, 0, date(2020, 5, 4), "Police meet", False, "", "a.txt", "0" * 64
    )  # fmt: skip
    passage = Passage(article, 0, len(text), 0)
    (reading,) = reader.read("Who met?", [passage])
    assert reading.labels is not None
    assert sum(astuple(reading.labels)) == pytest.approx(1, abs=1e-5)
    assert [text[one.start : one.end] for one in reading.evidence] == [text[:21], text[22:]]
    assert all(0 < one.score < 1 for one in reading.evidence)
    (undated,) = reader.read(
        "Who met?", [replace(passage, article=replace(article, published=None))]
    )
    assert undated.null_score != reading.null_score


def test_the_product_joins_question_prefix_and_passage_as_training_does(tiny: Path) -> None:
    tokenizer = tiny / "tokenizer.json"
    encoder, windows = Encoder(Tokenizer.from_file(str(tokenizer)), 384), Windows(tokenizer, 384)
    title = "Drivers of buses and trams in Bergen go back to work after a strike of nine days " * 2
    for day, headline in (("2020-05-04", title), ("", "Police meet"), ("2020-05-04", ""), ("", "")):
        text = "Police met in Bergen. They stayed for 3.5 hours."
        (taught,) = encoder.windows("Who met?", TaughtPassage(text, None, date=day, title=headline))
        prefix = windows.prefix(day, headline)
        ((read,),) = windows.cut(windows.opening("Who met?"), [text], [prefix])
        assert read.inputs[0].tolist() == list(taught.ids)
        assert read.first == taught.first


def test_the_card_names_the_outputs(exported: tuple[Path, Path]) -> None:
    card = json.loads((exported[1] / OPENVINO / "compiled.json").read_text("utf-8"))
    assert card["token_outputs"] == ["start", "end", "item", "evidence"]
    assert card["labels"] == ["none", "span", "yes", "no"]


def test_other_programs_load_the_spans(exported: tuple[Path, Path]) -> None:
    plain = AutoModelForQuestionAnswering.from_pretrained(exported[1] / HUGGING_FACE)
    theirs, ours = plain.state_dict(), load_network(exported[0]).spans.state_dict()
    assert all(torch.equal(theirs[name], ours[name]) for name in ours)


def test_the_command_exports_and_explains(
    exported: tuple[Path, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def command(*arguments: Path | str) -> None:
        monkeypatch.setattr(sys, "argv", ["export_reader.py", *map(str, arguments)])
        main()

    folder = exported[0]
    command(folder, tmp_path / "spans", "--spans-only")
    assert reader_fingerprint(folder) in capsys.readouterr().out
    command(folder, tmp_path / "all")
    assert weights_fingerprint(folder) in capsys.readouterr().out
    (tmp_path / "none").mkdir()
    for more in ((), ("--spans-only",)):
        with pytest.raises(SystemExit, match="is not a model folder"):
            command(tmp_path / "none", tmp_path / "out", *more)
