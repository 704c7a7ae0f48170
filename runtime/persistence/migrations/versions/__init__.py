"""One file per step; a step that was released is never changed.

Each leaves tables that the version before can read and write: its replicas go on during a roll-out, and start again
after a roll-back.
"""
