"""A person's own keys for the Public API (partner API §13): they act as that person, with at most what they may do."""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forecourt.access import Actor
from forecourt.identity import letters
from forecourt.identity.models import Person
from forecourt.integrations.models import Credential
from forecourt.integrations.operations.credentials import create_credential, revoke_credential
from forecourt.kit.errors import Invalid, NotFound
from forecourt.kit.operations import locked, operation
from forecourt.operators import queries as operators

MOST_KEYS = 10  # of one person, revoked ones not counted


@operation
def create_own_key(*, actor: Actor, person: Person, name: str, scopes: Sequence[str], at: datetime) -> tuple[Credential, str]:
    """
    A key of the person's own and its secret, which is shown once. It belongs to the installation's own account, where nobody but
    the person reaches it; the person is told by letter.

    :raises Invalid: for an empty name, no scope, a scope that the Public API has not, or an eleventh key.
    :raises NotFound: before the installation is set up.
    """
    person = locked(person)  # two at once do not pass the limit together
    operator = operators.installation()
    if operator is None:
        raise NotFound(_("There is nothing here with that id."))
    if Credential.objects.filter(person=person, revoked_at=None).count() >= MOST_KEYS:
        raise Invalid(_("You have %(most)s keys. Revoke one that you no longer use.") % {"most": MOST_KEYS})
    if not scopes:
        raise Invalid(_("Please check the marked fields."), fields={"scopes": _("Choose at least one: without, the key can do nothing.")})
    credential, secret = create_credential(actor=actor, operator=operator, person=person, name=name, scopes=scopes, at=at)
    letters.write(person, kind="security", subject=_SUBJECT, text=_TEXT, name=credential.name, link=f"{settings.PUBLIC_URL}/me")
    return credential, secret


@operation
def revoke_own_key(*, actor: Actor, person: Person, credential: Credential, at: datetime) -> None:
    """
    End one of the person's own keys for good. Revoking again changes nothing.

    :raises NotFound: if the key is not theirs.
    """
    if credential.person_id != person.pk:
        raise NotFound(_("There is nothing here with that id."))
    revoke_credential(actor=actor, credential=credential, at=at)


_SUBJECT = gettext_lazy("An API key was made for your account")
_TEXT = gettext_lazy(
    "The API key “%(name)s” acts as you from now on.\n\nIf you did not make it, somebody is in your account: revoke the key and choose a new"
    " password.\n%(link)s"
)
