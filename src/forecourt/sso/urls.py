from django.urls import URLPattern, URLResolver, include, path

from forecourt.sso.pages import directories, entrance, overview, parts, providers

urlpatterns: list[URLPattern | URLResolver] = [
    path("scim/", include("forecourt.sso.scim.urls")),
    path("directories/", directories.directory_list, name="directories"),
    path("directories/new", directories.directory_new, name="directory-new"),
    path("directories/<int:directory_id>", directories.directory_detail, name="directory"),
    path("directories/<int:directory_id>/token", directories.directory_token, name="directory-token"),
    path("directories/<int:directory_id>/revoke", directories.directory_revoke, name="directory-revoke"),
    path("accounts/sso/link/", entrance.link, name="sso-link"),
    path("accounts/sso/<slug:slug>/", entrance.start, name="sso-start"),
    path("accounts/sso/<slug:slug>/go/", entrance.go, name="sso-go"),
    path("accounts/sso/<slug:slug>/callback/", entrance.callback, name="sso-callback"),
    path("accounts/sso/<slug:slug>/logout/", entrance.back_channel, name="sso-back-channel"),
    path("accounts/sso/<slug:slug>/signed-out/", entrance.signed_out, name="sso-signed-out"),
    path("sso/", overview.overview, name="sso"),
    path("sso/providers/new", providers.provider_new, name="sso-provider-new"),
    path("sso/providers/<int:provider_id>", providers.provider_detail, name="sso-provider"),
    path("sso/providers/<int:provider_id>/edit", providers.provider_edit, name="sso-provider-edit"),
    path("sso/providers/<int:provider_id>/test", providers.provider_test, name="sso-provider-test"),
    path("sso/providers/<int:provider_id>/switch", providers.provider_switch, name="sso-provider-switch"),
    path("sso/providers/<int:provider_id>/remove", providers.provider_remove, name="sso-provider-remove"),
    path("sso/domains/new", parts.domain_new, name="sso-domain-new"),
    path("sso/domains/<int:domain_id>", parts.domain_edit, name="sso-domain-edit"),
    path("sso/domains/<int:domain_id>/check", parts.domain_check, name="sso-domain-check"),
    path("sso/domains/<int:domain_id>/remove", parts.domain_remove, name="sso-domain-remove"),
    path("sso/groups/new", parts.group_new, name="sso-group-new"),
    path("sso/groups/<int:mapping_id>/remove", parts.group_remove, name="sso-group-remove"),
    path("sso/passwords/new", parts.named_new, name="sso-named-new"),
    path("sso/passwords/<int:named_id>/remove", parts.named_remove, name="sso-named-remove"),
]
