"""The head of an operator's letters: its theme, and whom to turn to (spec §2.4)."""

from django.utils.translation import gettext as _

from forecourt.notifications.letters import Letterhead
from forecourt.operators.models import Operator
from forecourt.operators.queries import Look, look_of, operator_and_theme


def letterhead(operator_id: int | None) -> Letterhead | None:
    """None for letters of no operator, or of one that has neither a theme nor support to name."""
    operator, theme = operator_and_theme(operator_id) if operator_id else (None, None)
    if operator is None or operator.is_installation:
        return None
    look = look_of(theme) if theme else None
    head = Letterhead(operator.name, support=support_line(operator, look))
    if look is None:
        return head
    return Letterhead(operator.name, look.logo, look.primary, look.text_on_primary, head.support, look.terms_url)


def support_line(operator: Operator, look: Look | None = None) -> str:
    """“Support by NAME: e-mail, phone, page (hours)”; empty where the operator is not the first line. A theme's contacts come first."""
    if not operator.is_first_line:
        return ""
    email = (look.support_email if look else "") or operator.support_email
    phone = (look.support_phone if look else "") or operator.support_phone
    ways = ", ".join(way for way in (email, phone, operator.support_url) if way)
    hours = f" ({operator.support_hours})" if operator.support_hours else ""
    return _("Support by %(name)s: %(ways)s") % {"name": operator.name, "ways": ways} + hours
