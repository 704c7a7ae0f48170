"""The AWS emulator's own process: ministack, with the few corrections that our use needs.

The corrections reach into private names of ministack, whose version is therefore pinned exactly.
"""

ARRIVALS_FILE = "arrivals.jsonl"
"""In the emulator's folder: one line for each message that came, or went, since the last save."""
SAVE_PATH = "/_local/save"
RELEASE_PATH = "/_local/release/"
"""Followed by the name of a queue."""
