"""A compiled model's folder: what its card says in, written; a folder in, its checked card out.

``compiled.json``, the card, holds the SHA-256 of the other files and is written last.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from rag.errors import ModelError
from rag.models.weights import sha256_file

CARD_FILE = "compiled.json"
MODEL_FILE = "model.xml"
TOKENIZER_FILE = "tokenizer.json"
FILES = (MODEL_FILE, "model.bin", TOKENIZER_FILE)
REMAKE = "remove that folder and build again"

Card = TypeVar("Card")


def write_card(folder: Path, values: Mapping[str, Any]) -> None:
    """Write ``values`` and the hashes of the other files as the card of ``folder``."""
    card = {**values, "sha256": {name: sha256_file(folder / name) for name in FILES}}
    (folder / CARD_FILE).write_text(json.dumps(card, indent=1, sort_keys=True) + "\n", "utf-8")


def read_card(
    folder: Path, parse: Callable[[Mapping[str, Any]], Card], *, remedy: str = REMAKE
) -> Card:
    """What ``parse`` makes of the card of ``folder``, whose files are checked first.

    Raises ModelError, which ends with ``remedy``, when a file is missing or is not the one that
    was written, or when ``parse`` finds a value missing or of the wrong type.
    """
    try:
        values = json.loads((folder / CARD_FILE).read_text("utf-8"))
        for name in FILES:
            if sha256_file(folder / name) != values["sha256"][name]:
                raise ModelError(
                    f"{name} of the compiled model in {str(folder)!r} is damaged; {remedy}."
                )
        return parse(values)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(
            f"The compiled model in {str(folder)!r} cannot be read; {remedy}."
        ) from error
