"""Whether the words that a judge quotes stand in the text that it was shown: a pure function.

A judge that makes up its evidence has not read the answer, and its verdict says nothing about it.
"""

import re
import unicodedata

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


def stands_in(quoted: str, text: str) -> bool:
    """Each piece between ellipses is a substring of the text, one behind the other. An empty quotation claims nothing.

    White space, case, composed and invisible characters, the form of quotation marks and dashes make no difference.
    """
    rest = _plain(text)
    for piece in _LEFT_OUT.split(_plain(quoted)):
        words = piece.strip(_AROUND)
        if words not in rest:
            return False
        rest = rest[rest.index(words) + len(words) :]
    return True


def _plain(text: str) -> str:
    """The fence writes `&lt;` where the text imitates its marks: a judge may quote that, or what stood there."""
    composed = unicodedata.normalize("NFKC", text.translate(_PLAIN).replace("&lt;", "<"))
    visible = "".join(character for character in composed if unicodedata.category(character) != "Cf")
    return " ".join(visible.casefold().split())
