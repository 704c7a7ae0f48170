"""The one error that an adapter raises when what it talks to cannot be reached: trying again later may succeed."""


class Unavailable(Exception):
    """`what` names the dependency (a service of the topology, `sns`, `redis`, ...), never an address or a value."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} is unavailable")
        self.what = what
