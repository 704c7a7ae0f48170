"""The rules of when a message comes back, broken."""

from runtime.messaging.ports import Delivery
from tests.simulation.ports import LinkedInbox

SOON_SECONDS = 5


class ComesBackSoon(LinkedInbox):
    """Every release is short, whatever it waits for."""

    async def hide(self, delivery: Delivery, *, seconds: int) -> None:
        await super().hide(delivery, seconds=min(seconds, SOON_SECONDS))
