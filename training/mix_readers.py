"""Two readers of the same shape in, the weighted mean of their weights out.

    python -m training.mix_readers FIRST SECOND OUT --second .7

A network that was trained further and the one that it started from, averaged, often generalise
better than either (Wortsman et al. 2022, "Robust fine-tuning of zero-shot models").
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
from transformers import AutoModelForQuestionAnswering

from rag.models.runtime import TOKENIZER_FILE


def mix(first: Path, second: Path, out: Path, share: float) -> None:
    """Write ``share`` of ``second`` and the rest of ``first``, all three Hugging Face folders.

    Raises ValueError for a share outside [0, 1] and for networks that are not of one shape.
    """
    if not 0 <= share <= 1:
        raise ValueError(f"The share of the second reader is {share}; give one from 0 to 1.")
    networks = [
        AutoModelForQuestionAnswering.from_pretrained(folder, local_files_only=True)
        for folder in (first, second)
    ]
    one, other = (network.state_dict() for network in networks)
    if {name: t.shape for name, t in one.items()} != {name: t.shape for name, t in other.items()}:
        raise ValueError(f"{str(first)!r} and {str(second)!r} are not networks of one shape.")
    for name, values in one.items():
        if values.is_floating_point():
            values.copy_(torch.lerp(values, other[name], share))
    networks[0].save_pretrained(out)
    (out / TOKENIZER_FILE).write_bytes((first / TOKENIZER_FILE).read_bytes())


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    options.add_argument("first", type=Path)
    options.add_argument("second", type=Path)
    options.add_argument("out", type=Path)
    options.add_argument("--second", type=float, default=0.7, dest="share", help="its share")
    chosen = options.parse_args()
    mix(chosen.first, chosen.second, chosen.out, chosen.share)
    print(f"{chosen.out}: {chosen.share} of {chosen.second}, the rest of {chosen.first}")


if __name__ == "__main__":
    main()
