"""A session: one transaction, from the moment energy flows until it is stopped."""

import asyncio


class Session:
    """`transaction_id` is unknown until the central system has answered the start, which may be hours later."""

    def __init__(self, connector_id: int, id_tag: str) -> None:
        self.connector_id, self.id_tag = connector_id, id_tag
        self.transaction_id: int | None = None
        self.stop_reason: str | None = None
        self.stopping = asyncio.Event()
        self.ended = asyncio.Event()

    def stop(self, reason: str) -> None:
        """Ask for the stop. The first reason counts."""
        if self.stop_reason is None:
            self.stop_reason = reason
            self.stopping.set()
