"""A topic in memory that hands each message to its inboxes."""

from config.limits import SNS_MESSAGE_BYTES
from config.topology import SNS
from runtime.contracts.unavailable import Unavailable
from runtime.messaging.ports import MessageTooLarge
from tests.fakes.flakiness import Flakiness, reliable
from tests.fakes.inbox import InMemoryInbox


class InMemoryPublisher:
    """`flaky` is the share of calls that fail. `down`: all do, and nothing gets through."""

    def __init__(self, *inboxes: InMemoryInbox, flaky: float = 0, seed: int = 0) -> None:
        self.inboxes = inboxes
        self.down = False
        self.published: list[str] = []
        self.tenants: list[str] = []
        """Of each published message."""
        self._flakiness = Flakiness(what=SNS, share=flaky, seed=seed) if flaky else reliable(SNS)

    async def publish(self, body: str, *, tenant: str) -> None:
        if len(body.encode()) > SNS_MESSAGE_BYTES:
            raise MessageTooLarge
        if self.down:
            raise Unavailable(SNS)
        self._flakiness.before()
        self.published.append(body)
        self.tenants.append(tenant)
        for inbox in self.inboxes:
            inbox.put(body, tenant=tenant)
        self._flakiness.after()
