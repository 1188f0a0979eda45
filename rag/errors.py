"""The errors that Dateline raises: each message says what failed, which value, and what to do.

RagError
├── ConfigError    a setting that cannot be used
├── ArticleError   the articles' folder cannot be read as asked
├── ModelError     a model is missing, damaged or of another kind
├── IndexUnusable  the index cannot be used
│   ├── IndexMissing     there is none yet
│   ├── IndexDamaged     no version passes its checks
│   ├── IndexMismatch    built with another model, format or settings
│   └── IndexBusy        another build holds the lock
├── BuildCancelled the user stopped a build
└── QuestionError  a question that cannot be asked
"""

from __future__ import annotations


class RagError(Exception):
    """Any error that Dateline explains in one sentence."""


class ConfigError(RagError):
    """A setting that cannot be used."""


class ArticleError(RagError):
    """The articles' folder, or a limit on it, stops the build."""


class ModelError(RagError):
    """A model is missing, damaged, or not of the kind that is needed."""


class IndexUnusable(RagError):
    """The index cannot be used."""


class IndexMissing(IndexUnusable):
    """There is no index yet."""


class IndexDamaged(IndexUnusable):
    """No version of the index passes its checks."""


class IndexMismatch(IndexUnusable):
    """The index was built with another model, format or settings."""


class IndexBusy(IndexUnusable):
    """Another build holds the index's lock."""


class BuildCancelled(RagError):
    """The user stopped a build."""


class QuestionError(RagError):
    """A question, window or batch line that cannot be asked."""
