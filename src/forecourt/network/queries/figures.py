"""How many charge points each account has: for the list of Sub-accounts."""

from django.db.models import Count
from django.utils.translation import gettext_lazy

from forecourt.network.models import ChargePoint


def charge_point_counts(operator_ids: list[int]) -> dict[int, int]:
    """Living charge points."""
    rows = ChargePoint.objects.filter(operator__in=operator_ids, deleted_at=None).order_by()
    return dict(rows.values_list("operator").annotate(Count("id")))


def active_counts(operator_ids: list[int]) -> dict[int, int]:
    """Living charge points that are onboarded: they may charge, be billed and roam."""
    rows = ChargePoint.objects.filter(operator__in=operator_ids, deleted_at=None, active_at__isnull=False).order_by()
    return dict(rows.values_list("operator").annotate(Count("id")))


FIGURES = [(gettext_lazy("Charge points"), charge_point_counts), (gettext_lazy("Active"), active_counts)]
