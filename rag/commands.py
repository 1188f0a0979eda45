"""Runs each command with its parsed options, prints the result and returns the exit code."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NoReturn

from rag.config import AskConfig, BuildConfig, load
from rag.dates.calendar import latest_day
from rag.errors import ConfigError, QuestionError
from rag.present import terminal
from rag.types import Answer

SINGLE_QUESTION_OPTIONS = ("after", "before", "as_of", "today", "history", "kind", "undated")


def build(options: argparse.Namespace) -> int:
    from rag.ingest.build import build as run_build
    from rag.present.json import report_json

    config = load(BuildConfig, _given(options, BuildConfig), folder=Path())
    with terminal.Meter(sys.stderr) as meter:
        report = run_build(config, full=options.full, progress=meter, say=terminal.note)
    if options.json:
        _print_json(report_json(report))
    else:
        print(terminal.report_text(report))
    return 0


def ask(options: argparse.Namespace) -> int:
    if (options.question is None) == (options.batch is None):
        _wrong_usage("ask takes either a QUESTION or --batch FILE")
    if options.batch is not None and any(
        getattr(options, name) for name in SINGLE_QUESTION_OPTIONS
    ):
        _wrong_usage("with --batch, give days, kind and history in the lines of the file")
    if options.export is not None:
        _check_export(options.export)
    from rag.answer.pipeline import Pipeline

    answers: list[Answer] = []
    with Pipeline.open(config=_ask_config(options)) as pipeline:
        _warn(pipeline.warnings)
        code = (_ask_one if options.batch is None else _ask_batch)(options, pipeline, answers)
    if options.export is not None:
        _write_export(options.export, answers)
    return code


def _ask_one(options: argparse.Namespace, pipeline: Any, answers: list[Answer]) -> int:
    from rag.present.json import answer_json

    answer = pipeline.ask(
        options.question,
        history=options.history,
        window=_window(options),
        today=options.today,
        top_k=options.top_k,
        corrections=_corrections(options),
    )
    answers.append(answer)
    if options.json:
        _print_json(answer_json(answer, timings=options.timings))
    else:
        print(terminal.answer_text(answer, colour=terminal.has_colour(sys.stdout)))
    return 0


def _ask_batch(options: argparse.Namespace, pipeline: Any, answers: list[Answer]) -> int:
    from rag.batch import answer_lines

    wrong = 0
    with _lines(options.batch) as lines:
        for answer in answer_lines(
            lines,
            pipeline,
            top_k=options.top_k,
            timings=options.timings,
            answered=answers.append if options.export else lambda answer: None,
        ):
            print(json.dumps(answer, ensure_ascii=False), flush=True)
            wrong += "error" in answer
    if wrong:
        terminal.note(f'{wrong} lines could not be asked; their "error" says why.')
    return 1 if wrong else 0


def search(options: argparse.Namespace) -> int:
    from rag.answer.pipeline import Pipeline
    from rag.present.json import hit_json

    with Pipeline.open(config=_ask_config(options)) as pipeline:
        _warn(pipeline.warnings)
        hits = pipeline.search(options.query, top_k=options.top_k, window=_window(options))
    for hit in hits:
        if options.json:
            print(json.dumps(hit_json(hit), ensure_ascii=False))
        else:
            print(terminal.hit_text(hit, colour=terminal.has_colour(sys.stdout)))
    if not hits and not options.json:
        print("No passage was found.")
    return 0


def quote(options: argparse.Namespace) -> int:
    from rag.index.local import LocalStore
    from rag.present.json import checked_json
    from rag.quotes.check import check_quotation

    text = sys.stdin.read() if options.text == "-" else options.text
    with LocalStore.open(_ask_config(options).index) as index:
        _warn(index.warnings)
        checked = check_quotation(text, index)
    if options.json:
        _print_json(checked_json(checked))
    else:
        print(terminal.checked_text(checked, colour=terminal.has_colour(sys.stdout)))
    return 0


def verify(options: argparse.Namespace) -> int:
    from rag.ingest.build import limits
    from rag.present.json import verification_json
    from rag.quotes.verify import read_export
    from rag.quotes.verify import verify as compare

    config = load(BuildConfig, _given(options, BuildConfig), folder=Path())
    results = compare(
        read_export(options.file),
        config.articles,
        limits=limits(config),
        today=latest_day(),
    )
    if options.json:
        for result in results:
            print(json.dumps(verification_json(result), ensure_ascii=False))
    else:
        print(terminal.verification_text(results))
    return 0 if all(result.state in ("match", "moved") for result in results) else 1


def check(options: argparse.Namespace) -> int:
    from rag.index.writer import check_index

    config = load(AskConfig, _given(options, AskConfig), folder=Path())
    findings = check_index(config.index)
    if options.json:
        _print_json({"findings": findings})
    else:
        print("\n".join(findings) or "Every file of the index is as it was written.")
    return 1 if findings else 0


def info(options: argparse.Namespace) -> int:
    from rag.index.local import LocalStore
    from rag.present.json import info_json

    config = load(AskConfig, _given(options, AskConfig), folder=Path())
    with LocalStore.open(config.index) as index:
        _warn(index.warnings)
        values = info_json(index)
    if options.json:
        _print_json(values)
    else:
        print("\n".join(f"{name:<18}{value}" for name, value in values.items()))
    return 0


def off(options: argparse.Namespace) -> int:
    return _switch(options, on=False)


def on(options: argparse.Namespace) -> int:
    return _switch(options, on=True)


def _switch(options: argparse.Namespace, *, on: bool) -> int:
    from rag.index import versions
    from rag.index.local import LocalStore

    config = load(AskConfig, _given(options, AskConfig), folder=Path())
    with LocalStore.open(config.index) as index:
        for article_id in () if on else options.ids:
            index.article(article_id)
    versions.set_switches(config.index, options.ids, on=on)
    with LocalStore.open(config.index) as index:
        searched, switched_off = index.info.articles, index.switched_off
    if options.json:
        _print_json({"searched": searched, "switched_off": switched_off})
    else:
        print(f"Articles searched: {searched:,}; switched off: {switched_off:,}.")
    return 0


def serve(options: argparse.Namespace) -> int:
    from rag.web.security import given_access
    from rag.web.server import serve as run_page

    run_page(
        load(AskConfig, _given(options, AskConfig), folder=Path()),
        load(BuildConfig, _given(options, BuildConfig), folder=Path()),
        host=options.host,
        port=options.port,
        browser=not options.no_browser,
        access=given_access(options),
    )
    return 0


def _check_export(path: Path) -> None:
    from rag.present.export import FORMATS

    if path.suffix[1:] not in FORMATS:
        _wrong_usage(f"--export writes a file that ends in .{', .'.join(FORMATS)}")


def _write_export(path: Path, answers: Sequence[Answer]) -> None:
    from rag.present.export import FORMATS, export

    form = next(form for form in FORMATS if path.suffix == f".{form}")
    try:
        path.write_bytes(export(answers, form).encode())
    except OSError as error:
        raise ConfigError(
            f"The answers cannot be written to {str(path)!r} ({error.strerror}); "
            "give --export a file in a folder that you may write to."
        ) from error


def _given(options: argparse.Namespace, kind: type[Any]) -> dict[str, Any]:
    """The options that are settings of ``kind``."""
    return {name: value for name, value in vars(options).items() if name in kind.__slots__}


def _ask_config(options: argparse.Namespace) -> AskConfig:
    return load(AskConfig, _given(options, AskConfig), folder=Path())


def _window(options: argparse.Namespace) -> Any:
    from rag.dates.windows import explicit_window

    return explicit_window(after=options.after, before=options.before, as_of=options.as_of)


def _corrections(options: argparse.Namespace) -> Any:
    from rag.query.understand import Corrections

    return Corrections(kind=options.kind, undated=options.undated)


@contextmanager
def _lines(name: str) -> Iterator[Iterable[str]]:
    if name == "-":
        yield sys.stdin
        return
    with ExitStack() as stack:
        try:
            file = stack.enter_context(Path(name).open(encoding="utf-8-sig"))
        except OSError as error:
            raise _unreadable(name, error) from error
        yield _read_lines(name, file)


def _read_lines(name: str, file: Iterable[str]) -> Iterator[str]:
    try:
        yield from file
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(name, error) from error


def _unreadable(name: str, error: Exception) -> QuestionError:
    why = getattr(error, "strerror", None) or "not UTF-8"
    return QuestionError(f"{name!r} cannot be read ({why}); name a file of JSON lines in UTF-8.")


def _warn(warnings: Sequence[str]) -> None:
    for warning in warnings:
        terminal.note(warning)


def _print_json(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=1))


def _wrong_usage(message: str) -> NoReturn:
    print(f"dateline ask: {message}; see dateline ask --help", file=sys.stderr)
    raise SystemExit(2)
