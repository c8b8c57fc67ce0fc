"""Door: partner API of charges (§11.10), and the Public API's smaller ones (§13)."""

from ninja import Router

from forecourt.charging.api.charges import router as charges
from forecourt.charging.api.control import router as control

router = Router()
for _part in (charges, control):
    router.add_router("", _part)

__all__ = ["router"]
