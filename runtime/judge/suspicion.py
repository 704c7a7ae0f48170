"""Signs that a judged text tries to move its judge: found, told, and never scored. Pure functions.

A text is read twice, as it stands and as it looks to a reader (compatibility forms folded, invisible characters gone,
letters of other alphabets that look Latin made so), and so is what its base64 holds.
"""

import base64
import re
import unicodedata
from binascii import Error as NotBase64

from runtime.contracts.outcomes import Flag
from runtime.judge.suspicion_phrases import ADDRESSES, FORGED, MARKS, closes_what_it_did_not_open, one_of

_PHRASES = {
    Flag.ADDRESSES_THE_JUDGE: one_of(ADDRESSES),
    Flag.FORGED_VERDICT: one_of(FORGED),
    Flag.FORGED_MARKS: one_of(MARKS),
}

_INVISIBLE = "\u200b-\u200f\u2060-\u2064\u180e\ufeff\u00ad"
_FLAG_OF_A_REGION = re.compile("\U0001f3f4[\U000e0020-\U000e007e]{1,8}\U000e007f")
"""England, Scotland, Wales: the one honest use of tag characters."""
_TAGS = re.compile("[\U000e0000-\U000e007f]")
_SMUGGLED_BYTES = re.compile("[\U000e0100-\U000e01ef]{2}|[\ufe00-\ufe0f]{2}")
"""Variation selectors in a row, each standing for a byte."""
_INSIDE_A_WORD = re.compile("(?<=[A-Za-z\u0400-\u04ff])[\u200b-\u200d\u2060-\u2064\ufeff]+(?=[A-Za-z\u0400-\u04ff])")
"""Between Arabic, Indic or Thai letters, and inside an emoji, they have work to do."""
_MANY_INVISIBLE = re.compile("[\u200b-\u200d\u2060-\u2064\ufeff]{4}")
_BIDI_OVERRIDE = re.compile("[\u202d\u202e]")
_BIDI_EMBEDDING = re.compile("[\u202a\u202b\u2066-\u2068]")
_REMOVED = re.compile(f"[{_INVISIBLE}\u202a-\u202e\u2066-\u2069\U000e0100-\U000e01ef]")

_LOOKS_LATIN = str.maketrans(
    "аеорсухіјѕһԁԛԝАВЕКМНОРСТХУІЈЅοαεικνρτυχΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
    "aeopcyxijshdqwABEKMHOPCTXYIJSoaeiknptuxABEZHIKMNOPTYX",
)
_CYRILLIC = "\u0410-\u044f\u0455\u0456\u0458"
_MIXED_WORD = re.compile(f"[A-Za-z]{{2}}[{_CYRILLIC}]|[{_CYRILLIC}][A-Za-z]{{2}}|[A-Za-z][{_CYRILLIC}][A-Za-z]")
"""Latin and Cyrillic in one word. Greek is left out: formulae mix it in."""

_BASE64 = re.compile(r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{24,}={0,2}")
MAX_BASE64_RUNS = 50


def flags(*texts: str) -> tuple[Flag, ...]:
    """What is suspicious about any of them, in the order of `Flag`."""
    found = {flag for text in texts for flag in _flags(text)}
    return tuple(flag for flag in Flag if flag in found)


def _flags(text: str) -> set[Flag]:
    plain, read = _said(text), _as_read(text)
    shown = plain if read == text else _said(read)
    decoded = {flag for inner in _decoded(text) for flag in _said(inner)}
    # Where only the unmasked text says it, somebody masked it.
    hidden = _is_hidden(text) or decoded or shown - plain
    return plain | shown | decoded | ({Flag.HIDDEN_TEXT} if hidden else set())


def _said(text: str) -> set[Flag]:
    found = {flag for flag, patterns in _PHRASES.items() if any(pattern.search(text) for pattern in patterns)}
    return found | {Flag.FORGED_MARKS} if closes_what_it_did_not_open(text) else found


def _as_read(text: str) -> str:
    tagged = _TAGS.sub(lambda tag: chr(ord(tag[0]) - 0xE0000), _FLAG_OF_A_REGION.sub("", text))
    return unicodedata.normalize("NFKC", _REMOVED.sub("", tagged)).translate(_LOOKS_LATIN)


def _is_hidden(text: str) -> bool:
    signs = (_SMUGGLED_BYTES, _INSIDE_A_WORD, _MANY_INVISIBLE, _BIDI_OVERRIDE, _MIXED_WORD)
    if any(sign.search(text) for sign in signs) or _TAGS.search(_FLAG_OF_A_REGION.sub("", text)):
        return True
    return bool(_BIDI_EMBEDDING.search(text)) and not _reads_right_to_left(text)


def _reads_right_to_left(text: str) -> bool:
    return any(unicodedata.bidirectional(character) in {"R", "AL"} for character in text)


def _decoded(text: str) -> list[str]:
    """What runs of base64 hold, where it is text."""
    inner = []
    for run in list(_BASE64.finditer(text))[:MAX_BASE64_RUNS]:
        body = run[0].rstrip("=").replace("-", "+").replace("_", "/")
        try:
            inner.append(base64.b64decode(body + "=" * (-len(body) % 4), validate=True).decode())
        except (NotBase64, UnicodeDecodeError):
            continue
    return inner
