"""What others looked for: the filters of an export of the audit log may name a person (GDPR)."""

from datetime import datetime

from django.db.models import TextField
from django.db.models.functions import Cast

from forecourt.audit.models import LogExport
from forecourt.identity.personal import words_of
from forecourt.kit.registries import PersonalPart
from forecourt.network.personal import key_identifiers


def _erase(person_id: int, *, at: datetime) -> None:
    """The file of such an export is gone within days; what was asked for stays listed, so it loses its filters."""
    exports = LogExport.objects.exclude(filters={}).annotate(asked=Cast("filters", TextField()))
    for word in [*words_of(person_id), *key_identifiers(person_id)]:
        exports.filter(asked__icontains=word).update(filters={})


PARTS = (PersonalPart("log-searches", erase=_erase),)
