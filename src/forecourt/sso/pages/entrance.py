"""To the provider and back, and out again. Public pages; every refusal ends on a page that says why, and in the audit log."""

import secrets
from typing import Any, Final
from urllib.parse import urlencode

from allauth.account.internal.flows.login import perform_login
from allauth.account.models import Login
from django.conf import settings
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from forecourt.access import Permission, fetch
from forecourt.audit.operations.refusals import record_refusal
from forecourt.identity import throttles
from forecourt.identity.models import Person
from forecourt.kit import clock
from forecourt.portal.pages import PageRequest, done, page, respond
from forecourt.sso import gates
from forecourt.sso.errors import ProviderDown, SignInRefused
from forecourt.sso.models import IdentityProvider, SsoAttempt
from forecourt.sso.operations import providers, signing_in
from forecourt.sso.operations.signing_in import SYSTEM, Assertion

GO: Final = throttles.Door("sso-go", 300, 60)  # per browser address, which a whole company may share
REFUSED: Final = throttles.Door("sso-refused", 60, 300)  # per browser address: events in the audit log; the page is always shown
BROWSER: Final = "sso_browser"  # session key: a random word that binds an attempt to this browser


@page("GET", public=True)
def start(request: PageRequest, slug: str) -> HttpResponseBase:
    """
    On the way to the provider. A page, not a redirect: the form that led here may go nowhere but to us (Content-Security-Policy).
    """
    provider = _provider(slug)
    query = {name: request.GET[name] for name in ("hint", "next") if request.GET.get(name)}
    goes_to = f"{reverse('sso-go', args=[slug])}?{urlencode(query)}"
    return _hop(request, _("Sign in with %(provider)s") % {"provider": provider.name}, goes_to, provider)


@page("GET", public=True)
def go(request: PageRequest, slug: str) -> HttpResponseBase:
    """Begin, and redirect to the provider."""
    throttles.take(GO, request.META.get("REMOTE_ADDR"), at=clock.now())
    provider = _provider(slug)
    try:
        _check_active(provider)
        providers.refresh_metadata(provider, at=clock.now())
    except SignInRefused as refusal:
        return _refused(request, provider, refusal)
    return HttpResponseRedirect(
        signing_in.begin(
            actor=SYSTEM, provider=provider, kind=SsoAttempt.Kind.SIGN_IN, browser=browser_of(request),
            next_url=request.GET.get("next", ""), hint=request.GET.get("hint", "")[:254], at=clock.now(),
        )
    )  # fmt: skip


@page("GET", public=True)
def callback(request: PageRequest, slug: str) -> HttpResponseBase:
    """The provider's answer."""
    provider = _provider(slug)
    try:
        attempt, assertion = _answer(request, provider)
        if attempt.kind == SsoAttempt.Kind.TEST:
            return _tested(request, provider, assertion)
        _check_active(provider)
        return _arrived(request, assertion, attempt.next_url)
    except SignInRefused as refusal:
        return _refused(request, provider, refusal)


def _answer(request: PageRequest, provider: IdentityProvider) -> tuple[SsoAttempt, Assertion]:
    """
    :raises SignInRefused: if it is not the answer to a request of this browser, or not to be trusted.
    """
    given, at = request.GET, clock.now()
    attempt = signing_in.take_attempt(provider=provider, state=given.get("state", ""), browser=browser_of(request), at=at)
    must_name = provider.metadata.get("authorization_response_iss_parameter_supported") is True  # RFC 9207
    if (must_name or "iss" in given) and given.get("iss") != provider.issuer:
        raise SignInRefused("issuer", _("The answer came from another identity provider, so nobody was signed in."))
    if "error" in given or not given.get("code"):
        raise _no(given.get("error", ""))
    return attempt, signing_in.assertion_of(provider=provider, attempt=attempt, code=given["code"], at=at)


def _no(error: str) -> SignInRefused:
    """Of an answer without a code (RFC 6749 4.1.2.1, OpenID Connect Core 3.1.2.6)."""
    if error in ("temporarily_unavailable", "server_error"):
        return ProviderDown("unavailable", _("Your identity provider cannot sign anybody in at the moment. Try again in a few minutes."))
    if error == "access_denied":
        return SignInRefused(
            "declined", _("You cancelled, or your identity provider did not let you in. Begin again, or ask your administrator.")
        )
    return SignInRefused("no_code", _("Your identity provider did not sign you in. Begin again, or ask your administrator."))


def _tested(request: PageRequest, provider: IdentityProvider, assertion: Assertion) -> HttpResponseBase:
    """An Admin's test: nobody is signed in, made or linked."""
    if request.actor is None:
        raise SignInRefused("signed_out", _("You were signed out during the test. Sign in and begin again."))
    fetch(IdentityProvider.objects, actor=request.actor, id=provider.pk, needs=Permission.SSO_MANAGE)
    providers.note_test(actor=request.actor, provider=provider, at=clock.now())
    return done(request, "sso-provider", provider.pk, message=_("The test worked: %(email)s.") % {"email": assertion.email})


def _arrived(request: PageRequest, assertion: Assertion, next_url: str) -> HttpResponseBase:
    at = clock.now()
    person, may_enter = signing_in.person_for(assertion)
    is_new = person is None
    if person is None:
        person, may_enter = signing_in.create_person(assertion=assertion, language=translation.get_language() or "en", at=at), True
    if person.deleted_at or not person.is_active:
        raise SignInRefused("locked", _("Your account here is closed. Ask your administrator."))
    if request.user.is_authenticated:
        logout(request)
    gates.Arrival.of(assertion, at=at).keep(request)
    if not may_enter:
        request.session["sso_next"] = _ours(request, next_url)
        return HttpResponseRedirect(reverse("sso-link"))
    return _entered(request, person, _ours(request, next_url), is_new=is_new)


def _entered(request: PageRequest, person: Person, goes_to: str, *, is_new: bool) -> HttpResponseBase:
    """Through django-allauth, so sessions, second factors and the audit log are the same as for a password."""
    request.is_by_provider = True  # type: ignore[attr-defined]
    answer: HttpResponseBase = perform_login(request, Login(user=person, redirect_url=goes_to or "/", signup=is_new))
    return answer


@page("GET", public=True)
def link(request: PageRequest) -> HttpResponseBase:
    """Somebody with an account comes through the provider for the first time: once more the old way, then it is linked."""
    arrival = gates.arrival_of(request, at=clock.now())
    if arrival is None or request.person is not None:
        return HttpResponseRedirect("/")
    goes_to = request.session.get("sso_next") or "/"
    context = {"title": _("One more time the old way"), "email": arrival.email, "next": urlencode({"next": goes_to})}
    return respond(request, "sso/link.html", None, context)


@page("GET", public=True)
def signed_out(request: PageRequest, slug: str) -> HttpResponseBase:
    """Signed out here; on to the provider's own sign-out."""
    provider = _provider(slug)
    token = gates.id_token_of(request.GET.get("hint", ""), at=clock.now())
    address = provider.metadata.get("end_session_endpoint")
    if not token or not address:
        return HttpResponseRedirect(reverse("account_login"))
    query = {
        "id_token_hint": token,
        "client_id": provider.client_id,
        "post_logout_redirect_uri": f"{settings.PUBLIC_URL}{reverse('account_login')}",
    }
    return _hop(request, _("You are signed out here"), f"{address}{'&' if '?' in address else '?'}{urlencode(query)}", provider)


@csrf_exempt
@require_POST
def back_channel(request: HttpRequest, slug: str) -> HttpResponse:
    """The provider signs somebody out (OpenID Connect Back-Channel Logout 2.5 to 2.8)."""
    provider = IdentityProvider.objects.filter(slug=slug, deleted_at=None).first()
    try:
        if provider is None:
            raise SignInRefused("unknown", "unknown provider")
        signing_in.back_channel(provider=provider, token=request.POST.get("logout_token", ""), at=clock.now())
        response = HttpResponse(status=200)
    except SignInRefused as refusal:
        if provider is not None:
            _record(request, provider, f"logout_{refusal.reason}")
        response = JsonResponse({"error": "invalid_request", "error_description": refusal.reason}, status=400)
    response.headers["Cache-Control"] = "no-store"
    return response


def browser_of(request: HttpRequest) -> str:
    """A word that only this browser's session has."""
    if BROWSER not in request.session:
        request.session[BROWSER] = secrets.token_urlsafe(24)
    return str(request.session[BROWSER])


def _provider(slug: str) -> IdentityProvider:
    provider = IdentityProvider.objects.filter(slug=slug, deleted_at=None).first()
    if provider is None:
        raise Http404
    return provider


def _check_active(provider: IdentityProvider) -> None:
    """:raises SignInRefused: if it is switched off."""
    if not provider.is_active:
        raise SignInRefused("switched_off", _("This identity provider is switched off. Sign in with your password."))


def _ours(request: HttpRequest, address: str) -> str:
    return address if url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure()) else ""


def _hop(request: PageRequest, title: str, goes_to: str, provider: IdentityProvider) -> HttpResponseBase:
    return respond(request, "sso/hop.html", None, {"title": title, "goes_to": goes_to, "provider": provider})


def _refused(request: PageRequest, provider: IdentityProvider, refusal: SignInRefused) -> HttpResponseBase:
    _record(request, provider, refusal.reason)
    context: dict[str, Any] = {"title": _("You are not signed in"), "says": refusal.message, "reason": refusal.reason, "provider": provider}
    return respond(request, "sso/refused.html", None, context, status=refusal.status)


def _record(request: HttpRequest, provider: IdentityProvider, reason: str) -> None:
    """In the audit log, which a stranger cannot fill: nobody has to be signed in to be refused."""
    at = clock.now()
    try:
        throttles.take(REFUSED, request.META.get("REMOTE_ADDR"), at=at)
    except throttles.TooManyTries:
        return
    record_refusal(
        organisation_id=provider.organisation_id, operator_id=provider.operator_id, entity=("IdentityProvider", provider.pk, provider.name),
        by="single sign-on", at=at,
        context={"reason": reason, "address": request.META.get("REMOTE_ADDR", ""), "user_agent": request.headers.get("User-Agent", "")[:200]},
    )  # fmt: skip
