"""What the API remembers of a person: answers that are kept for a day to be repeated (GDPR)."""

import json
from datetime import datetime

from django.db import connection

from forecourt.api.models import IdempotencyKey
from forecourt.identity.personal import words_of
from forecourt.integrations.models import Credential
from forecourt.kit.registries import PersonalPart
from forecourt.network.personal import key_identifiers

_MENTIONING = "DELETE FROM api_idempotency_key WHERE strpos(lower(encode(body, 'escape')), lower(encode(%s, 'escape'))) > 0"


def _erase(person_id: int, *, at: datetime) -> None:
    """Answers to credentials that act as them, and any that name them; whoever repeats such a call makes it anew."""
    credentials = Credential.objects.filter(person_id=person_id).values("pk")
    IdempotencyKey.objects.filter(credential_id__in=credentials).delete()
    words = [*words_of(person_id), *key_identifiers(person_id)]
    written = {form.encode() for word in words for form in (word, json.dumps(word)[1:-1])}
    with connection.cursor() as cursor:
        cursor.executemany(_MENTIONING, [[word] for word in sorted(written)])


PARTS = (PersonalPart("api-answers", erase=_erase),)
