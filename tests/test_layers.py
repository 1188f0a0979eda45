"""The house: imports only point down the list, and importing the package loads nothing heavy."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import rag

RAG = Path(__file__).parents[1] / "rag"
# Lowest first: a module may import from its own layer and from those before it.
LAYERS = (
    {"types", "errors", "config"},
    {"text"},
    {"dates"},
    {"models"},
    {"index"},
    {"ingest"},
    {"query"},
    {"retrieval"},
    {"answer"},
    {"quotes"},
    {"present"},
    {"batch", "feedback", "tools", "service"},
    {"web"},
    {"commands"},
    {"cli"},
    {"mcp"},
)


def layer(module: str) -> int:
    """The layer of a dotted name such as ``rag.index.durability``."""
    name = module.split(".")[1]
    return next(number for number, names in enumerate(LAYERS) if name in names)


def imports(path: Path) -> set[str]:
    """Every ``rag.…`` module that the file imports, at the top or inside a function.

    A public name of ``rag`` itself stands for the module that it comes from.
    """
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} has a relative import"
            if node.module == "rag":
                found.update(rag._HOMES.get(name.name, f"rag.{name.name}") for name in node.names)
            elif node.module:
                found.add(node.module)
        elif isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
    return {name for name in found if name.startswith("rag.")}


@pytest.mark.parametrize(
    "path",
    [
        p
        for p in sorted(RAG.rglob("*.py"))
        if p.parent != RAG or p.stem not in {"__main__", "__init__"}
    ],
    ids=lambda path: path.relative_to(RAG).as_posix(),
)
def test_imports_point_down(path: Path) -> None:
    own = layer("rag." + path.relative_to(RAG).with_suffix("").as_posix().replace("/", "."))
    for name in imports(path):
        assert layer(name) <= own, f"{path.name} imports {name} from above"


@pytest.mark.parametrize("statement", ["import rag", "import rag.cli"])
def test_importing_loads_nothing_heavy(statement: str) -> None:
    heavy = {"torch", "faiss", "gradio", "numpy", "openvino", "sentence_transformers", "tiktoken"}
    code = f"{statement}; import sys; print(sorted({heavy!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
