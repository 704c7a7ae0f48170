"""How a step of the deployment says that it did not hold."""


class DeployFailed(Exception):
    """The text says what is wrong, and where to look or what to do."""
