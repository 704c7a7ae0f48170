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
_LEAST_BYTES = 3
"""Of letters and digits in UTF-8: three Latin ones, two Greek or Cyrillic, one Chinese, where a word may be one."""


def evidence_of(quoted: str) -> str:
    """The quotation; empty where it holds no letter or digit, such as "...": that would stand in any text."""
    return quoted if any(map(str.isalnum, quoted)) else ""


def check_against(text: str) -> Callable[[str], bool]:
    """Whether a quotation stands in the text, which is read once for all of them.

    Each piece between ellipses is a part of the text, one behind the other, and a short one a whole word of it. White
    space, case, composed and invisible characters, the form of quotation marks and dashes make no difference. A piece
    without a letter or digit claims nothing.
    """
    plain = _plain(text)

    def stands_in(quoted: str) -> bool:
        end = 0
        for piece in _LEFT_OUT.split(_plain(quoted)):
            if evidence_of(piece):
                found = _pattern(piece.strip(_AROUND)).search(plain, end)
                if found is None:
                    return False
                end = found.end()
        return True

    return stands_in


def _pattern(words: str) -> re.Pattern[str]:
    r"""`\B` with a word character at its side is the inside of a word."""
    literal = re.escape(words)
    said = "".join(filter(str.isalnum, words))
    return re.compile(literal if len(said.encode()) >= _LEAST_BYTES else rf"(?!\B\w){literal}(?<!\w\B)")


def _plain(text: str) -> str:
    """The fence writes `&lt;` where the text imitates its marks: a judge may quote that, or what stood there."""
    composed = unicodedata.normalize("NFKC", text.translate(_PLAIN).replace("&lt;", "<"))
    visible = "".join(character for character in composed if unicodedata.category(character) != "Cf")
    return " ".join(visible.casefold().split())
