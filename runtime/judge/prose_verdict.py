"""Which of two shown answers a judge chose that writes prose instead of a schema.

The last verdict stated wins. A judge may quote the answers before it decides; were the first one taken, an answer that
says "Output (a) is better" would have judged itself.
"""

import re

from runtime.contracts.two_orders import Shown

_WORD = r"(?:output|answer|response|assistant|model|option)"
_LETTER = r"[(\[]?\b(?P<{}>[ab12])\b[)\]]?"
_DEGREE = r"(?:(?:a|an|the|clearly|slightly|much|far|significantly|definitely|overall|therefore)\s+)*"
_TIE = r"it\s+is\s+a\s+tie|(?:both|they)(?:\s+\w+)?\s+are\s+equally|neither(?:\s+\w+)?\s+is\s+better"
_STATED = re.compile(
    rf"\[\[\s*(?P<mark>[abc]|tie)\s*\]\]"
    rf"|\b{_WORD}\s+{_LETTER.format('better')}\s+is\s+{_DEGREE}(?:better|best|superior|preferable|preferred|winner)\b"
    rf"|\b(?P<tie>{_TIE})\b",
    re.IGNORECASE,
)
_LAST_LINE = re.compile(
    rf"\W*(?:(?:final\s+)?(?:verdict|winner|decision|choice|preference|answer)(?:\s+is|\s*:)\s*)?"
    rf"(?:{_WORD}\s+)?(?:{_LETTER.format('only')}|(?P<tie>tie))\W*",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"(?:\bnot|n't|\bnever|\bif|\bwhether|\bunless|\bwhy)(?:\s+(?!(?:so|and|but|therefore|thus|hence)\b)\w+){0,4}\s*$",
    re.IGNORECASE,
)
"""Right before a statement: it is none."""
_REACH = 80
"""Characters before a statement in which a denial may stand."""
_SENTENCES = re.compile(r"(?<=[.!?])\s+|\n")
_EMPHASIS = str.maketrans("", "", "*_`")
_MEANING = {
    **dict.fromkeys(("a", "1"), Shown.FIRST),
    **dict.fromkeys(("b", "2"), Shown.SECOND),
}


def prose_verdict(text: str) -> Shown | None:
    """None: no verdict is stated, or the sentence that states the last one names both answers."""
    plain = text.translate(_EMPHASIS).strip()
    alone = _LAST_LINE.fullmatch(plain.rsplit("\n", 1)[-1])
    if alone:
        return _meaning(alone)
    for sentence in reversed(_SENTENCES.split(plain)):
        stated = {_meaning(match) for match in _STATED.finditer(sentence) if not _is_denied(sentence, match.start())}
        if stated:
            return stated.pop() if len(stated) == 1 else None
    return None


def _is_denied(sentence: str, start: int) -> bool:
    return _DENIED.search(sentence[max(start - _REACH, 0) : start]) is not None


def _meaning(match: re.Match[str]) -> Shown:
    """Every letter or number that is none of ours is a tie's ("[[C]]")."""
    return _MEANING.get(match[match.lastgroup or 0].lower(), Shown.TIE)
