"""The sign-in page: allauth's, with a way on for whose organisation signs them in."""

from typing import Any
from urllib.parse import urlencode

from allauth.account.views import LoginView
from django.http import HttpResponse

from forecourt.portal.redirects import SeeOther


class SignIn(LoginView):  # type: ignore[misc]
    def form_invalid(self, form: Any) -> HttpResponse:
        if form.elsewhere:
            goes_to = self.get_next_url()
            return SeeOther(f"{form.elsewhere}&{urlencode({'next': goes_to})}" if goes_to else form.elsewhere)
        answer: HttpResponse = super().form_invalid(form)
        return answer
