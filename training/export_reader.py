"""Exports a reader: a Hugging Face question-answering folder in, a compiled folder out.

    python training/export_reader.py FOLDER [OUT]

OUT is the folder of the shipped reader unless given; its model card stays.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from rag.errors import RagError
from rag.models.compile import export_reader
from rag.models.reader import SHIPPED, SpanReader
from rag.models.runtime import FILES


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path, nargs="?", default=SHIPPED)
    given = parser.parse_args()
    try:
        export_reader(given.folder, given.out)
        reader = SpanReader(given.out, threads=1)
    except RagError as error:
        sys.exit(str(error))
    size = sum((given.out / name).stat().st_size for name in FILES)
    print(f"{given.out}: {reader.name}, {size / 1e6:.1f} MB, fingerprint {reader.fingerprint}")


if __name__ == "__main__":
    main()
