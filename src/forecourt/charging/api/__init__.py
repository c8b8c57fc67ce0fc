"""
Door: partner API of charges (§11.10), and the Public API's smaller ones (§13).

Reads and writes share one router: two routers with the same path would hide each other's verbs.
"""

from forecourt.charging.api import control
from forecourt.charging.api.charges import router
from forecourt.charging.api.webhooks import WEBHOOKS

__all__ = ["WEBHOOKS", "control", "router"]
