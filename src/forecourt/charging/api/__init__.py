"""Door: partner API of charges (§11.10), and the Public API's smaller ones (§13)."""

from forecourt.charging.api.charges import router

__all__ = ["router"]
