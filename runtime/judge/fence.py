"""Puts text that is to be judged behind a fence it cannot know, so that it stays data."""

import re
from dataclasses import dataclass, field
from secrets import token_hex

_FENCE_LIKE = re.compile(r"<(?=\s*/?\s*data-)", re.IGNORECASE)


@dataclass(frozen=True)
class Fence:
    """One for each prompt: its marks carry a random word that no text written before can hold."""

    nonce: str = field(default_factory=lambda: token_hex(8))

    @property
    def tag(self) -> str:
        return f"data-{self.nonce}"

    def around(self, text: str, *, what: str) -> str:
        """Only what looks like a mark is changed: code and markup keep their brackets. NUL stands in no message."""
        data = _FENCE_LIKE.sub("&lt;", text).replace("\0", "\ufffd")
        return f'<{self.tag} what="{what}">\n{data}\n</{self.tag}>'
