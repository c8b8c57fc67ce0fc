"""What an account asks of its people's sign-in."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forecourt.access import Actor, ActorKind
from forecourt.identity import letters
from forecourt.identity.models import Person
from forecourt.identity.queries import has_second_factor
from forecourt.kit.errors import DomainError
from forecourt.kit.operations import locked, operation
from forecourt.operators.models import Operator
from forecourt.operators.queries import without_second_factor


class SecondFactorMissing(DomainError):
    """Who asks others for a second factor has one, or would be kept out themselves."""

    code = "second_factor_missing"


@operation
def require_second_factor(*, actor: Actor, operator: Operator, is_required: bool, at: datetime, has_shown_one: bool = False) -> Operator:
    """
    Ask a second factor of everybody who works in the account, or no longer; a Main account's setting covers its Sub-accounts.

    Who has none is told by letter, and reaches nothing of the account until they set one up (docs/domains/identity.md).
    `has_shown_one`: whoever acts showed one at sign-in elsewhere. Saving what holds already tells nobody.

    :raises SecondFactorMissing: if a person without a second factor turns it on.
    """
    operator = locked(operator)
    if is_required == operator.requires_second_factor:
        return operator
    if is_required and actor.kind is ActorKind.PERSON and not has_shown_one and not has_second_factor(actor.id):
        raise SecondFactorMissing(_("Set up your own second factor first. Without one you would be kept out too."))
    operator.requires_second_factor = is_required
    operator.save(update_fields=["requires_second_factor"])
    if is_required:
        _tell(operator)
    return operator


def _tell(operator: Operator) -> None:
    ids = {row.person_id for row in without_second_factor(operator)}
    for person in Person.objects.filter(pk__in=ids, deleted_at=None).order_by("pk"):
        letters.write(person, kind="security", subject=_SUBJECT, text=_TEXT, account=operator.name, link=letters.my_security())


_SUBJECT = gettext_lazy("%(account)s asks for a second factor")
_TEXT = gettext_lazy(
    "From now on whoever works in %(account)s signs in with a second factor: an authenticator app or a passkey.\n\nYou have none yet. Set one up"
    " here; until then you do not reach the account:\n%(link)s"
)
