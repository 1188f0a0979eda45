"""Questions of any words, many of them such as the rules look for."""

from __future__ import annotations

from hypothesis import strategies as st

FRAGMENTS = (
    "what who how many did he she it that there and but , . ? Sharif Cairo Syria 2023 in May last "
    "year about tell me more according to the union why else 's “ é 中 \u200b \x00 … the of ok"
).split(" ")
any_words = st.lists(st.sampled_from(FRAGMENTS), max_size=20).map(" ".join)
any_question = st.one_of(st.text(max_size=120), any_words)
