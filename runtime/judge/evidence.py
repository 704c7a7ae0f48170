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
        **dict.fromkeys(map(chr, range(0xFE00, 0xFE10)), ""),
        "\0": "\ufffd",
    }
)
"""What a model writes in another form without meaning another word, and what only selects a form (U+FE00 on). NUL
stands in no prompt: see `fence`."""
_LEFT_OUT = re.compile(r"[\[(]?\.{3,}[\])]?")
"""Between two pieces of a quotation; in the composed form "…" is three dots."""
_AROUND = " '\""
"""What a quotation may be put in."""
_MARKS = ("Mn", "Mc")
"""Categories of what stands on or beside a letter and belongs to it."""
_RUN_ON = re.compile("[\u0e00-\u109f\u1100-\u11ff\u1780-\u17ff\u2e80-\ua4cf\uac00-\ud7ff\U00020000-\U0003ffff]")
"""Letters of scripts in which no space ends a word: Thai to Burmese, Khmer, Chinese, Japanese, and Korean, whose
particles stand right behind it. A word of theirs may be quoted wherever it stands."""


def evidence_of(quoted: str) -> str:
    """The quotation; empty where it holds no letter or digit, such as "...": that would stand in any text."""
    return quoted if any(map(str.isalnum, quoted)) else ""


def check_against(text: str) -> Callable[[str], bool]:
    """Whether a quotation stands in the text, which is read once for all of them.

    Each piece between ellipses is a part of the text, one behind the other, and of whole words: the inside of a word
    may say the contrary ("correct" of "incorrect", "102" of "1024"). Only the last word of a quotation may be cut
    short, by dots right behind it ("the answ..."), and no number. White space, case, composed and invisible characters,
    the form of quotation marks and dashes make no difference. A piece without a letter or digit claims nothing.
    """
    plain = _plain(text)

    def stands_in(quoted: str) -> bool:
        quotation, end = _plain(quoted), 0
        pieces = [piece.strip(_AROUND) for piece in _LEFT_OUT.split(quotation) if evidence_of(piece)]
        for place, piece in enumerate(pieces, start=1):
            found = _end_of(piece, plain, end, may_be_cut=place == len(pieces) and _is_cut_short(quotation))
            if found is None:
                return False
            end = found
        return True

    return stands_in


def _is_cut_short(quotation: str) -> bool:
    said = quotation.rstrip(_AROUND)
    return said.endswith("...") and said.rstrip(".")[-1:].isalpha()


def _end_of(words: str, plain: str, start: int, *, may_be_cut: bool) -> int | None:
    """Where the words end that stand there first; None: they do not."""
    at = plain.find(words, start)
    while at >= 0:
        end = at + len(words)
        if not _in_a_word(plain, at) and (may_be_cut or not _in_a_word(plain, end)):
            return end
        at = plain.find(words, at + 1)
    return None


def _in_a_word(plain: str, at: int) -> bool:
    """Whether the place lies between two characters of one word; `_` joins two (x_1), alone it is emphasis (_so_)."""
    before, behind = plain[max(at - 2, 0) : at].rstrip("_")[-1:], plain[at : at + 2].lstrip("_")[:1]
    return _joins(before) and _joins(behind)


def _joins(character: str) -> bool:
    """A letter, a digit, or a mark on one, of a script that puts spaces between words; "" is none."""
    return bool(character) and (
        (character.isalnum() or unicodedata.category(character) in _MARKS) and not _RUN_ON.match(character)
    )


def _plain(text: str) -> str:
    """The fence writes `&lt;` where the text imitates its marks: a judge may quote that, or what stood there."""
    composed = unicodedata.normalize("NFKC", text.translate(_PLAIN).replace("&lt;", "<"))
    visible = "".join(character for character in composed if unicodedata.category(character) != "Cf")
    return " ".join(visible.casefold().split())
