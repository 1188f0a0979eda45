"""Compiling a reader: the same bytes each time, and one sentence for each folder that is none."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from safetensors.numpy import load_file, save_file

from rag.errors import ModelError
from rag.models.compile import export_reader, reader_fingerprint
from rag.models.reader import SHIPPED, SpanReader, open_reader
from rag.models.runtime import CARD_FILE, FILES, default_model
from rag.types import Article, Passage
from tests.models import readers


@pytest.fixture
def folder(bert_folder: Path, tmp_path: Path) -> Path:
    """A copy of the folder as transformers saved it, to be spoilt."""
    return Path(shutil.copytree(bert_folder, tmp_path / "model"))


def edit_config(folder: Path, **values: object) -> None:
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, **values}))


def drop_head(folder: Path) -> None:
    weights = load_file(folder / "model.safetensors")
    kept = {name: value for name, value in weights.items() if "qa_outputs" not in name}
    save_file(kept, folder / "model.safetensors", {"format": "pt"})


def truncate(folder: Path) -> None:
    data = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(data[: len(data) // 2])


def pickled(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")


SPOILT: list[tuple[Callable[[Path], object], str]] = [
    (lambda f: (f / "config.json").unlink(), r"is not a model folder \(it has no config\.json\)"),
    (lambda f: (f / "config.json").write_text("{"), "no question-answering model but one of unk"),
    (lambda f: edit_config(f, architectures=None), "no question-answering model but one of unk"),
    (
        lambda f: edit_config(f, architectures=["BertModel"]),
        "question-answering model but BertModel",
    ),
    (lambda f: edit_config(f, model_type="nonsense"), "transformers cannot load"),
    (lambda f: edit_config(f, hidden_size=64), "transformers cannot load"),
    (lambda f: (f / "model.safetensors").unlink(), r"no \.safetensors weights"),
    (pickled, "pickled weights are not loaded"),
    (truncate, "transformers cannot load"),
    (drop_head, r"incomplete: qa_outputs\.bias is missing"),
    (lambda f: (f / "tokenizer.json").unlink(), r"has no tokenizer\.json"),
    (lambda f: (f / "tokenizer.json").write_text("{}"), "cannot be read as a fast tokenizer"),
]


@pytest.mark.parametrize(("spoil", "message"), SPOILT)
def test_folders_that_cannot_be_read_with(
    folder: Path, tmp_path: Path, spoil: Callable[[Path], object], message: str
) -> None:
    spoil(folder)
    with pytest.raises(ModelError, match=message) as raised:
        open_reader(folder, tmp_path / "cache", threads=1)
    assert "\n" not in str(raised.value)
    assert not list((tmp_path / "cache").glob("*"))


def test_an_embedder_is_no_reader(tmp_path: Path, models: Path, embedder: object) -> None:
    with pytest.raises(ModelError, match="no question-answering model but BertModel"):
        open_reader(default_model(), tmp_path, threads=1)
    compiled = next(models.glob(f"*/{CARD_FILE}")).parent
    with pytest.raises(ModelError, match="cannot be read; export the reader again"):
        open_reader(compiled, tmp_path, threads=1)


def test_a_network_that_only_runs_at_the_length_it_was_traced_with(tmp_path: Path) -> None:
    readers.funnel(tmp_path)
    with pytest.raises(ModelError, match="it fails on a window of 193 tokens"):
        export_reader(tmp_path, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_weights_that_give_no_numbers(folder: Path, tmp_path: Path) -> None:
    weights = load_file(folder / "model.safetensors")
    weights["qa_outputs.bias"][:] = float("nan")
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    with pytest.raises(ModelError, match="it fails on a window of 193 tokens"):
        export_reader(folder, tmp_path / "out")


def test_code_in_a_model_folder_is_not_run(folder: Path, tmp_path: Path) -> None:
    marker = tmp_path / "run"
    (folder / "own.py").write_text(f"open({str(marker)!r}, 'w')\nclass Own: pass\n")
    names = {"AutoConfig": "own.Own", "AutoModelForQuestionAnswering": "own.Own"}
    edit_config(folder, model_type="own", auto_map=names)
    with pytest.raises(ModelError, match="transformers cannot load"):
        open_reader(folder, tmp_path / "cache", threads=1)
    assert not marker.exists()


def test_a_model_is_compiled_once(folder: Path, tmp_path: Path) -> None:
    said: list[str] = []
    cache = tmp_path / "cache"
    opened = open_reader(folder, cache, threads=1, say=said.append)
    compiled = cache / opened.fingerprint[:16]
    assert sorted(p.name for p in cache.iterdir()) == [compiled.name]
    before = (compiled / CARD_FILE).stat().st_mtime_ns
    again = open_reader(folder, cache, threads=1, say=said.append)
    assert (compiled / CARD_FILE).stat().st_mtime_ns == before
    assert said == ["compiling the reader, once"]
    direct = open_reader(compiled, tmp_path / "unused", threads=1, say=said.append)
    assert opened.fingerprint == again.fingerprint == direct.fingerprint
    assert not (tmp_path / "unused").exists()


@pytest.mark.parametrize("name", FILES)
def test_a_damaged_file_is_found_and_made_again(
    bert_folder: Path, bert_compiled: Path, tmp_path: Path, name: str
) -> None:
    folder, said = tmp_path / reader_fingerprint(bert_folder)[:16], list[str]()
    file = Path(shutil.copytree(bert_compiled, folder)) / name
    intact = file.read_bytes()
    file.write_bytes(intact[:-1] + bytes([intact[-1] ^ 1]))
    with pytest.raises(ModelError, match=rf"{name} of the compiled model .* reinstall Dateline\."):
        SpanReader(folder, threads=1, remedy="reinstall Dateline")
    open_reader(bert_folder, tmp_path, threads=1, say=said.append)
    assert said[0] == "the compiled reader is damaged and is made again"
    assert file.read_bytes() == intact
    file.unlink()
    with pytest.raises(ModelError, match="cannot be read; export the reader again"):
        open_reader(folder, tmp_path, threads=1)


def test_the_same_folder_gives_the_same_bytes(
    bert_folder: Path, bert_compiled: Path, tmp_path: Path
) -> None:
    export_reader(bert_folder, tmp_path / "again")
    for name in (*FILES, CARD_FILE):
        assert (tmp_path / "again" / name).read_bytes() == (bert_compiled / name).read_bytes()


def test_the_model_card_stays_when_the_weights_are_replaced(
    bert_compiled: Path, tmp_path: Path
) -> None:
    out, new = Path(shutil.copytree(bert_compiled, tmp_path / "out")), tmp_path / "new"
    (out / "README.md").write_text("card")
    new.mkdir()
    readers.bert(new, layers=1)
    export_reader(new, out)
    assert (out / "README.md").read_text() == "card"
    assert SpanReader(out, threads=1).fingerprint == reader_fingerprint(new)
    assert SpanReader(out, threads=1).name == "new"


def test_an_export_that_is_cut_short_is_not_taken_for_whole(
    bert_compiled: Path, tmp_path: Path
) -> None:
    out, new = Path(shutil.copytree(bert_compiled, tmp_path / "out")), tmp_path / "new"
    new.mkdir()
    readers.bert(new, layers=1)
    (out / FILES[-1]).unlink()
    (out / FILES[-1]).mkdir()  # the last file before the card cannot be replaced
    with pytest.raises(ModelError, match="cannot be written"):
        export_reader(new, out)
    (out / FILES[-1]).rmdir()
    shutil.copyfile(new / FILES[-1], out / FILES[-1])
    with pytest.raises(ModelError, match="is damaged"):
        SpanReader(out, threads=1)


def test_a_place_that_cannot_be_written(bert_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(ModelError, match="cannot be written"):
        export_reader(bert_folder, tmp_path / "file" / "out")


@pytest.mark.skipif(not (SHIPPED / CARD_FILE).is_file(), reason="no reader is shipped yet")
def test_the_shipped_reader_reads_and_is_small(tmp_path: Path) -> None:
    text = "Prime Minister Shehbaz Sharif met President Pezeshkian in Cairo on Thursday."
    article = Article("a", text, 0, None, "t", False, "", "a.txt", "0" * 64)
    reader = open_reader(None, tmp_path, threads=1)
    (reading,) = reader.read("Where did they meet?", [Passage(article, 0, len(text), 0)])
    best = reading.spans[0]
    assert text[best.start : best.end] in {"Cairo", "in Cairo"}
    assert best.score > reading.null_score
    assert sum((SHIPPED / name).stat().st_size for name in FILES) < 30_000_000
