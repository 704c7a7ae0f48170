"""The forms in which a key may be written down: what to look for, and, apart from that, how each is really made."""

import base64
import gzip
import json
import zlib
from collections.abc import Callable, Mapping
from urllib.parse import quote

from tests.canary.canaries import Marks

RAW, REVERSED = "raw", "reversed"
LEADS = {b"%": "URL, every character"} | {
    b"\\" * backslashes + lead: name
    for lead, name in ((b"u00", "JSON, every character"), (b"x", "escaped bytes"))
    for backslashes in (1, 2, 4)
}
"""What comes before two hexadecimal digits; JSON within JSON doubles its backslashes."""


def needles(marks: Marks) -> dict[bytes, str]:
    """The bytes that betray a key of these marks, each with its form's name."""
    return {needle: form for mark in (marks.head, marks.tail) for needle, form in _needles(mark.encode()).items()}


def _needles(mark: bytes) -> dict[bytes, str]:
    text = mark.decode()
    found = {
        mark: RAW,
        mark[::-1]: REVERSED,
        mark.hex().encode(): "hex",
        mark.hex().upper().encode(): "HEX",
        text.encode("utf-16-le"): "UTF-16 LE",
        text.encode("utf-16-be"): "UTF-16 BE",
    }
    for lead, name in LEADS.items():
        for digits in ("%02x", "%02X"):
            found[b"".join(lead + (digits % byte).encode() for byte in mark)] = name
    for shift in range(3):
        found[_inside_base64(mark, shift)] = f"base64 +{shift}"
    return found


def _inside_base64(mark: bytes, shift: int) -> bytes:
    """The characters that depend on the mark alone, when `shift` bytes more than a multiple of three come before it.

    A mark has no byte that the two alphabets write differently.
    """
    encoded = base64.b64encode(b"\0" * shift + mark)
    whole = (shift + len(mark)) // 3 * 4
    return encoded[(0, 2, 3)[shift] : whole]


def _base64(encode: Callable[[bytes], bytes], shift: int) -> Callable[[str], bytes]:
    return lambda key: encode(b"x" * shift + key.encode() + b" and more")


TEXT_PLANTS: Mapping[str, Callable[[str], bytes]] = {
    "raw": str.encode,
    "first half": lambda key: key[: len(key) // 2].encode(),
    "last half": lambda key: key[len(key) // 2 :].encode(),
    "reversed": lambda key: key[::-1].encode(),
    "JSON": lambda key: json.dumps({"key": key}).encode(),
    "JSON in JSON": lambda key: json.dumps({"body": json.dumps({"key": key})}).encode(),
    "JSON, every character": lambda key: "".join(f"\\u{ord(one):04x}" for one in key).encode(),
    "escaped bytes": lambda key: "".join(f"\\x{ord(one):02x}" for one in key).encode(),
    "hex": lambda key: key.encode().hex().encode(),
    "HEX": lambda key: key.encode().hex().upper().encode(),
    "URL": lambda key: quote(key, safe="").encode(),
    "URL, every character": lambda key: "".join(f"%{ord(one):02X}" for one in key).encode(),
    **{f"base64 +{shift}": _base64(base64.b64encode, shift) for shift in range(3)},
    **{f"base64url +{shift}": _base64(base64.urlsafe_b64encode, shift) for shift in range(3)},
}
"""Made by the usual encoders from a whole key: a control of the search must not share its code."""
BINARY_PLANTS: Mapping[str, Callable[[str], bytes]] = {
    "UTF-16 LE": lambda key: f"key={key};".encode("utf-16-le"),
    "UTF-16 BE": lambda key: f"key={key};".encode("utf-16-be"),
    "gzip": lambda key: b"before" + gzip.compress(f"key={key};".encode()) + b"after",
    "zlib": lambda key: b"before" + zlib.compress(f"key={key};".encode(), 9) + b"after",
    "gzip in gzip": lambda key: gzip.compress(gzip.compress(f"key={key};".encode())),
    "cut gzip": lambda key: gzip.compress(f"key={key};".encode() + bytes(range(256)) * 9)[:-40],
}
