"""Which of two shown answers a judge chose that writes prose instead of a schema.

The last verdict stated wins. A judge may quote the answers before it decides; were the first one taken, an answer that
says "Output (a) is better" would have judged itself.
"""

import re

from runtime.contracts.two_orders import Shown

_WORD = r"(?:output|answer|response|assistant|model|option)"
_LETTER = r"[(\[]?\b(?P<{}>[ab12])\b[)\]]?"
_DEGREE = r"(?:(?:a|an|the|clearly|slightly|much|far|significantly|definitely|overall|therefore)\s+)*"
_BETTER = r"better(?!\s+(?:avoided|ignored|left|not)\b)"
_BEST = r"(?:the\s+best|best(?!\s+(?!(?:and|as|at|because|but|by|for|in|of|overall|since|so)\b)\w))"
"""What is "best avoided" is not the best."""
_ONE_OF_THEM = rf"(?:{_WORD}\s+)?[(\[]?\b[ab12]\b[)\]]?"
_NEITHER = rf"neither(?:\s+{_ONE_OF_THEM}\s+nor\s+{_ONE_OF_THEM}|\s+\w+)?\s+is\s+{_DEGREE}better"
_TIE = rf"it\s+is\s+a\s+tie|(?:both|they)(?:\s+\w+)?\s+are\s+equally|{_NEITHER}"
_STATED = re.compile(
    rf"\[\[\s*(?P<mark>[abc]|tie)\s*\]\]"
    rf"|\b{_WORD}\s+{_LETTER.format('better')}\s+is\s+{_DEGREE}(?:{_BETTER}|{_BEST}|superior|preferable|preferred|winner)\b"
    rf"|\b(?P<tie>{_TIE})\b",
    re.IGNORECASE,
)
_LAST_LINE = re.compile(
    rf"\W*(?:(?:final\s+)?(?:verdict|winner|decision|choice|preference|answer)(?:\s+is|\s*:)\s*)?"
    rf"(?:{_WORD}\s+)?(?:{_LETTER.format('only')}|(?P<tie>tie))\W*",
    re.IGNORECASE,
)
_CERTAIN = re.compile(r"\bno\s+(?:doubt|question)\b|\b(?:without|beyond)\s+(?:(?:a|any)\s+)?doubt\b", re.IGNORECASE)
"""Denies nothing, in words that otherwise do."""
_DENIED = re.compile(
    r"(?:\b(?:not|cannot|never|no|neither|nor|nothing|nobody|none|hardly|doubt|doubtful|if|whether|unless|why)|n['’]t"  # noqa: RUF001
    r"|\b(?:wrong|false|untrue|incorrect|mistake|unable|impossible|hard|difficult)\s+(?:to|that))"
    r"(?:\s+(?!(?:so|and|but|therefore|thus|hence|while|whereas)\b)\w[\w'’-]*){0,6}\s*$",  # noqa: RUF001
    re.IGNORECASE,
)
"""Right before a statement: it is none. A word that begins a clause of its own ends what is denied."""
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
    before = sentence[max(start - _REACH, 0) : start]
    return _DENIED.search(_CERTAIN.sub("", before)) is not None


def _meaning(match: re.Match[str]) -> Shown:
    """Every letter or number that is none of ours is a tie's ("[[C]]")."""
    return _MEANING.get(match[match.lastgroup or 0].lower(), Shown.TIE)
