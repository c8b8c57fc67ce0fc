"""The terms that somebody new agrees to: those of the account's theme, else the installation's (`FORECOURT_TERMS_URL`), else none."""

from django import forms
from django.conf import settings
from django.utils.html import format_html
from django.utils.translation import gettext as _

from forecourt.operators.queries import theme_for


class TermsForm(forms.Form):
    """Asks whether the terms were read, where there are any."""

    def add_terms(self, operator_id: int | None) -> None:
        """The question, with the link, as the last field."""
        theme = theme_for(operator_id) if operator_id else None
        address = (theme.terms_url if theme else "") or settings.TERMS_URL
        if address:
            label = format_html(
                '{} (<a href="{}" target="_blank" rel="noopener">{}</a>)',
                _("I have read the terms and how my data is used"), address, _("read them"),
            )  # fmt: skip
            self.fields["has_read_terms"] = forms.BooleanField(label=label)

    @property
    def has_agreed(self) -> bool:
        return bool(self.cleaned_data.get("has_read_terms"))
