"""Words of the ledger for templates: `{% load ledger %}`."""

from django import template
from django.utils.functional import Promise

from forecourt.ledger import words

register = template.Library()


@register.filter
def kind_word(value: str) -> str | Promise:
    return words.kind(value)


@register.filter
def account_word(value: str) -> str | Promise:
    return words.ACCOUNTS.get(value, value)
