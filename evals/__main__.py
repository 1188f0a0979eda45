"""``python -m evals``: know whether the answers are right, and by how much.

0: done; 1: something that the user can mend, a broken quotation or a failed gate; 2: wrong usage.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from rag.errors import RagError

OUT = Path(__file__).parents[1] / "out"
EPILOG = """\
examples:
  python -m evals run
  python -m evals run gazette --split dev
  python -m evals run mine.jsonl --articles articles/
  python -m evals run squad/dev-v2.0.json --reader-only
  python -m evals run gazette --set top_k=5 --json after.json
  python -m evals compare before.json after.json
  python -m evals gate
  python -m evals ablate gazette
  python -m evals bench DATA --quick

SET is seeds, gazette, or the path of a question set: SQuAD 1.1 or 2.0, JSON lines with a context,
a folder like BEIR's or MultiHop-RAG's, or JSON lines in our own format together with --articles.
"""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}; see {self.prog} --help\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit code is returned, and wrong usage raises SystemExit(2)."""
    options = _parser().parse_args(argv)
    from evals import commands

    run: Callable[[argparse.Namespace], int] = getattr(commands, options.command)
    try:
        return run(options)
    except RagError as error:
        print(f"python -m evals: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Interrupted; nothing was written.", file=sys.stderr)
        return 130


def _parser() -> _Parser:
    parser = _Parser(
        prog="python -m evals",
        description="Ask reference questions; see what is right, and by how much.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parsers = parser.add_subparsers(
        title="commands", metavar="COMMAND", dest="command", required=True
    )

    run = parsers.add_parser("run", help="ask sets of questions, print tables, write a report")
    run.add_argument("sets", nargs="*", metavar="SET", help="what to ask (seeds and gazette)")
    run.add_argument("--report", type=Path, default=OUT, metavar="DIR", help="where to write (out)")
    run.add_argument("--json", type=Path, metavar="FILE", help="write the JSON of one SET there")
    run.add_argument("--reader-only", action="store_true", help="read each question's own context")
    run.add_argument("--index", type=Path, metavar="DIR", help="one that is built, for one SET")
    _part(run, split="all")
    _changed(run)
    _places(run)

    compare = parsers.add_parser("compare", help="compare two runs question by question")
    compare.add_argument("before", type=Path, metavar="A.json")
    compare.add_argument("after", type=Path, metavar="B.json")

    gate = parsers.add_parser("gate", help="fail when something is worse than the baseline")
    gate.add_argument("sets", nargs="*", metavar="SET", help="what to ask (seeds and gazette)")
    gate.add_argument("--articles", type=Path, metavar="DIR", help="those of questions of ours")
    gate.add_argument("--baseline", type=Path, metavar="FILE", help="(evals/baseline.json)")
    gate.add_argument("--update", action="store_true", help="write the baseline anew")
    _changed(gate)
    _places(gate)
    gate.set_defaults(split="all", limit=None, index=None, reader_only=False)

    ablate = parsers.add_parser("ablate", help="see what each part of the engine gives")
    ablate.add_argument("set", metavar="SET")
    _part(ablate, split="dev")
    _places(ablate)
    ablate.set_defaults(index=None)

    _bench(parsers.add_parser("bench", help="Dateline beside other systems: cost and quality"))
    return parser


def _bench(bench: argparse.ArgumentParser) -> None:
    bench.add_argument("data", type=Path, metavar="DATA", help="with ir/time, news and reader")
    bench.add_argument(
        "--work", type=Path, default=OUT / "bench", metavar="DIR", help="(out/bench)"
    )
    bench.add_argument("--models", type=Path, metavar="DIR", help="compiled models (in --work)")
    bench.add_argument("--reader", type=Path, metavar="FOLDER", help="weights for the others")
    bench.add_argument("--squad", type=Path, metavar="SET", help="questions to read for")
    bench.add_argument("--only", action="append", metavar="CORPUS", help="one; may be repeated")
    bench.add_argument("--quick", action="store_true", help="a few articles: a smoke test")
    bench.add_argument("--again", action="store_true", help="measure what is measured already")
    bench.add_argument("--threads", type=_count, metavar="N", help="of each system (all)")
    bench.add_argument("--memory-gb", type=_count, default=16, metavar="N", help="of each (16)")
    bench.add_argument("--hours", type=_count, default=2, metavar="N", help="for one build (2)")
    bench.add_argument("--pip-flags", default="", metavar="FLAGS", help="for the environments")


def _part(command: argparse.ArgumentParser, *, split: str) -> None:
    command.add_argument("--articles", type=Path, metavar="DIR", help="those of questions of ours")
    command.add_argument(
        "--split", choices=("dev", "test", "all"), default=split, help=f"what is asked ({split})"
    )
    command.add_argument("--limit", type=_count, metavar="N", help="only the first N questions")


def _changed(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--set",
        action="append",
        default=[],
        dest="changes",
        metavar="NAME=VALUE",
        help="a setting, as in dateline.toml; may be repeated",
    )


def _places(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--work", type=Path, default=OUT / "work", metavar="DIR", help="indexes (out/work)"
    )
    command.add_argument("--models", type=Path, metavar="DIR", help="compiled models (in --work)")


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
