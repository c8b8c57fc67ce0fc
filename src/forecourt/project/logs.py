"""How a line of the log reads: one event, one line, UTC, nothing that would break the line or forge another."""

import logging
import time
from typing import Any

_BREAKS = str.maketrans(dict.fromkeys("\r\n\x0b\x0c\x1b\x85\u2028\u2029", " "))


class Line(logging.Formatter):
    """`2026-11-22T10:00:00Z WARNING forecourt.security …`; a traceback follows on lines of its own, indented."""

    converter = staticmethod(time.gmtime)

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s", "%Y-%m-%dT%H:%M:%SZ")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 (logging's own name)
        record.message = record.message.translate(_BREAKS)
        return super().formatMessage(record)

    def formatException(self, ei: Any) -> str:  # noqa: N802 (logging's own name)
        return "\n".join(f"    {line}" for line in super().formatException(ei).splitlines())
