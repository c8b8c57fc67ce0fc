"""What the API remembers of a person: answers kept for a day to be repeated, and what receivers of webhooks are told (GDPR)."""

import json
from datetime import datetime

from django.db import connection

from forecourt.api.models import IdempotencyKey
from forecourt.identity.personal import words_of
from forecourt.integrations.models import Credential
from forecourt.kit.registries import PersonalPart
from forecourt.network.personal import key_identifiers

_ANSWERS = "DELETE FROM api_idempotency_key WHERE strpos(lower(encode(body, 'escape')), lower(encode(%s, 'escape'))) > 0"
# An entry without payload is one of something that is gone; the receiver still hears that it changed.
_ENTRIES = """
UPDATE integrations_webhookentry SET payload = NULL, answer = '', error = ''
WHERE strpos(lower(concat_ws(' ', payload, answer, error)), lower(%s)) > 0
"""
_ENTRIES_OF = "UPDATE integrations_webhookentry SET payload = NULL WHERE entity_type = 'user' AND entity_id = %s AND payload IS NOT NULL"


def _erase(person_id: int, *, at: datetime) -> None:
    """
    Answers to credentials that act as them, and any that name them; whoever repeats such a call makes it anew. Entries of
    webhooks that name them, sent or not, lose what they say.
    """
    credentials = Credential.objects.filter(person_id=person_id).values("pk")
    IdempotencyKey.objects.filter(credential_id__in=credentials).delete()
    words = [*words_of(person_id), *key_identifiers(person_id)]
    written = sorted({form for word in words for form in (word, json.dumps(word)[1:-1])})
    with connection.cursor() as cursor:
        cursor.executemany(_ANSWERS, [[word.encode()] for word in written])
        cursor.executemany(_ENTRIES, [[word] for word in written])
        cursor.execute(_ENTRIES_OF, [str(person_id)])


PARTS = (PersonalPart("api-answers", erase=_erase),)
