"""The one error that an adapter raises when what it talks to cannot be reached: trying again later may succeed."""

ROW_REFUSED = "row_refused"
"""The `code` of persistence-service's 422 for a row that MySQL does not take."""


class Unavailable(Exception):
    """`what` names the dependency (a service of the topology, `sns`, `redis`, ...), never an address or a value."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} is unavailable")
        self.what = what


class Refused(Unavailable):
    """It can be reached and takes others, so nothing else need wait. Only a change of the program lets it take this."""
