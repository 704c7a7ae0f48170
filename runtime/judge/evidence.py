"""Whether the words that a judge quotes stand in the text that it was shown: a pure function.

A judge that makes up its evidence has not read the answer, and its verdict says nothing about it.
"""

import re
import unicodedata
from collections.abc import Callable

_PLAIN = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′´", "'"),  # noqa: RUF001 - these are the forms of one mark
        **dict.fromkeys("“”„‟«»″", '"'),
        **dict.fromkeys("‐‑‒–—−", "-"),  # noqa: RUF001
        "\0": "\ufffd",
    }
)
"""What a model writes in another form without meaning another word. NUL stands in no prompt: see `fence`."""
_LEFT_OUT = re.compile(r"[\[(]?\.{3,}[\])]?")
"""Between two pieces of a quotation; in the composed form "…" is three dots."""
_AROUND = " '\""
"""What a quotation may be put in."""


def check_against(text: str) -> Callable[[str], bool]:
    """Whether a quotation stands in the text, which is read once for all of them.

    Each piece between ellipses is a substring, one behind the other. White space, case, composed and invisible
    characters, the form of quotation marks and dashes make no difference. An empty quotation claims nothing.
    """
    plain = _plain(text)

    def stands_in(quoted: str) -> bool:
        end = 0
        for piece in _LEFT_OUT.split(_plain(quoted)):
            words = piece.strip(_AROUND)
            start = plain.find(words, end)
            if start < 0:
                return False
            end = start + len(words)
        return True

    return stands_in


def _plain(text: str) -> str:
    """The fence writes `&lt;` where the text imitates its marks: a judge may quote that, or what stood there."""
    composed = unicodedata.normalize("NFKC", text.translate(_PLAIN).replace("&lt;", "<"))
    visible = "".join(character for character in composed if unicodedata.category(character) != "Cf")
    return " ".join(visible.casefold().split())
