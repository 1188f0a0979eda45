"""The service in; how the articles' folder and the index compare at this moment out."""

from __future__ import annotations

from dataclasses import dataclass

from rag.errors import ArticleError
from rag.index.store import noted_files
from rag.index.versions import VERSIONS
from rag.ingest.build import limits
from rag.ingest.corpus import Changes, Folder
from rag.types import IndexInfo
from rag.web.listing import Row, rows
from rag.web.service import Engine, Service


@dataclass(frozen=True, slots=True)
class Look:
    """What is indexed, a row for each article and file, and what to warn of.

    ``changes`` is None where they cannot be known.
    """

    info: IndexInfo
    rows: tuple[Row, ...]
    changes: Changes | None
    warnings: tuple[str, ...]

    @property
    def off(self) -> int:
        return sum(not row.on for row in self.rows)


class Collection:
    """The articles of a service; several threads may look at once."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._folder = Folder(service.articles, limits(service.build))

    def look(self) -> Look:
        """Raises IndexMissing when nothing was indexed yet."""
        with self._service.lease() as engine:
            return self._look(engine)

    def _look(self, engine: Engine) -> Look:
        version = self._service.build.index / VERSIONS / engine.info.version
        files = noted_files(version)
        changes, warnings = None, engine.warnings
        if files is not None:
            try:
                changes = self._folder.since(files)
            except ArticleError as error:
                warnings = (*warnings, str(error))
        listed = rows(engine.entries(), files or (), changes or Changes())
        return Look(engine.info, tuple(listed), changes, warnings)
