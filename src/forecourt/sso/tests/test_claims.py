"""What a token says, provider by provider. No database."""

import pytest

from forecourt.sso import claims
from forecourt.sso.errors import SignInRefused
from forecourt.sso.models import IdentityProvider

TENANT = "8eaef023-2b34-4da1-9baa-8bc8c9d6a490"
MICROSOFT = IdentityProvider(kind="microsoft", tenant_id=TENANT)
OTHER = IdentityProvider(kind="generic")


@pytest.mark.parametrize(
    "said",
    [
        {"email": "Nils@Nordic.example"},
        {"email": "nils@nordic.example", "xms_edov": True},
        {"email": "nils@nordic.example", "xms_edov": "1"},
        {"email": "nils@nordic.example", "email_verified": True},
        {"email": "nils@nordic.example", "preferred_username": "n.holm@nordic.example"},
        {"preferred_username": "nils@nordic.example"},
    ],
)
def test_addresses_that_microsoft_vouches_for(said):
    assert claims.address(MICROSOFT, {"tid": TENANT} | said) == "nils@nordic.example"


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"tid": "9" * 36, "email": "nils@nordic.example"}, "tenant"),
        ({"tid": None, "email": "nils@nordic.example"}, "tenant"),
        ({"email": "nils@nordic.example", "xms_edov": False}, "email_unverified"),
        ({"email": "nils@nordic.example", "xms_edov": 0}, "email_unverified"),
        ({"email": "nils@nordic.example", "email_verified": True, "xms_edov": False}, "email_unverified"),
        ({"email": "nils@nordic.example", "email_verified": False, "xms_edov": True}, "email_unverified"),
        ({"upn": "nils@nordic.example"}, "email_unverified"),
        ({"email": ["nils@nordic.example"]}, "email_unverified"),
    ],
)
def test_addresses_of_microsoft_that_are_refused(said, reason):
    with pytest.raises(SignInRefused) as refused:
        claims.address(MICROSOFT, {"tid": TENANT} | said)
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    "said",
    [
        {"email": "nils@nordic.example"},
        {"email": "nils@nordic.example", "email_verified": "false"},
        {"email": "nils@nordic.example", "xms_edov": True},  # Microsoft's word alone
        {"preferred_username": "nils@nordic.example", "email_verified": True},
    ],
)
def test_every_other_provider_says_that_it_verified_the_address(said):
    with pytest.raises(SignInRefused, match="has not verified"):
        claims.address(OTHER, said)


@pytest.mark.parametrize(
    ("said", "groups"),
    [
        ({"groups": ["a", "b"]}, ("a", "b")),
        ({"groups": "a"}, ("a",)),
        ({}, ()),
        ({"groups": {"a": 1}}, ()),
        ({"hasgroups": True}, None),
        ({"_claim_names": {"groups": "src1"}, "_claim_sources": {"src1": {"endpoint": "https://graph.example"}}}, None),
        ({"_claim_names": {"roles": "src1"}}, ()),
    ],
)
def test_groups_and_too_many_of_them(said, groups):
    assert claims.groups(said, "groups") == groups


@pytest.mark.parametrize(
    ("methods", "shows"),
    [(["pwd", "mfa"], True), (["mfa"], True), (["pwd", "otp"], False), ("mfa", False), (None, False), (["MFA"], False)],
)
def test_only_the_word_for_several_factors_counts(methods, shows):
    assert claims.shows_second_factor({"amr": methods}) is shows
