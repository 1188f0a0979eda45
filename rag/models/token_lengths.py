"""Texts in, the number of tokens of each out, as a model's own tokenizer counts them.

A build measures every text about twice. Where a tokenizer never makes a token across white space,
as BERT's does not, a text is as long as its words are together, and a word that was met before
need not be tokenized again: on news, several times as fast.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import chain
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tokenizers import Tokenizer

# Characters of the words whose lengths are remembered: about 150,000 words, some 20 MB.
_REMEMBERED = 1 << 20

# Parted by what BERT's tokenizer takes for white space. Other characters that Python splits at,
# such as U+0085, it drops, so that what stands beside them is one word.
_WORD = re.compile("[^\t\n\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")


class TokenLengths:
    """Counts by ``tokenizer``, without the tokens that it puts around any text."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._by_words = _parts_at_white_space(tokenizer)
        self._known: dict[str, int] = {}
        self._chars = 0

    def count(self, texts: Sequence[str]) -> list[int]:
        """The number of tokens of each text."""
        if not self._by_words:
            return self._tokenized(texts)
        rows = [_WORD.findall(text) for text in texts]
        known = self._with(rows)
        return [sum(map(known.__getitem__, words)) for words in rows]

    def _with(self, rows: Sequence[Sequence[str]]) -> dict[str, int]:
        """The lengths of the words that are remembered, and of those of ``rows``."""
        if self._chars > _REMEMBERED:
            self._known, self._chars = {}, 0
        known = self._known
        new = [word for word in set(chain.from_iterable(rows)) if word not in known]
        known.update(zip(new, self._tokenized(new), strict=True))
        self._chars += sum(map(len, new))
        return known

    def _tokenized(self, texts: Sequence[str]) -> list[int]:
        encoded = self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        return [len(encoding) for encoding in encoded]


def _parts_at_white_space(tokenizer: Tokenizer) -> bool:
    """Whether no token, and no token added by its text, can reach across white space."""
    from tokenizers import normalizers, pre_tokenizers

    added = tokenizer.get_added_tokens_decoder().values()
    return (
        isinstance(tokenizer.pre_tokenizer, pre_tokenizers.BertPreTokenizer)
        and isinstance(tokenizer.normalizer, normalizers.BertNormalizer)
        and not any(character.isspace() for token in added for character in token.content)
    )
