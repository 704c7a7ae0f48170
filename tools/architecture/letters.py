"""How wide a text may become, and where it wraps. The reader's system font is unknown, so the widest one counts."""

EM = {
    letter: em
    for em, letters in {
        0.29: "ijl'",
        0.34: " ,.:;/|IJ",
        0.41: 'frt-()[]!"',
        0.55: "csz?*_",
        0.61: "aekovxyFLPTY",
        0.79: "DGHNOQ",
        0.83: "w+=<>",
        0.99: "mMW%@",
    }.items()
    for letter in letters
}
"""Widths of DejaVu Sans, which is wider than what Windows, macOS and Android use."""
OTHER_EM = 0.66
BOLD = 1.14


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    return sum(EM.get(letter, OTHER_EM) for letter in text) * size * (BOLD if bold else 1)


def wrapped(text: str, width: float, size: float, *, bold: bool = False) -> list[str]:
    """Between words, within a name after its separators, and anywhere in what has none."""
    lines: list[str] = []
    line = ""
    for piece in _pieces(text, width, size, bold=bold):
        if line and text_width((line + piece).rstrip(), size, bold=bold) > width:
            lines.append(line.rstrip())
            line = ""
        line += piece
    return [*lines, line.rstrip()] if line else lines


def _pieces(text: str, width: float, size: float, *, bold: bool) -> list[str]:
    pieces = [""]
    for letter in text:
        if text_width(pieces[-1] + letter, size, bold=bold) > width:
            pieces.append("")
        pieces[-1] += letter
        if letter in " -/_":
            pieces.append("")
    return pieces
