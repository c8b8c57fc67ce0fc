"""Tokens: lifetimes, rotation, revoking (partner API §2)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from forecourt.access import Actor, Permission, Scope
from forecourt.api.errors import ConsumerNotFound, InvalidAccessToken
from forecourt.integrations import operations, queries
from forecourt.integrations.models import Credential, Token
from forecourt.integrations.tests.factories import AT, ApiClient, make_credential
from forecourt.kit.errors import Forbidden, Invalid
from forecourt.teams.queries import actor_of

SYSTEM = Actor.system("test")


def issue(credential_and_secret):
    credential, secret = credential_and_secret
    return operations.issue_token(client_id=credential.client_id, client_secret=secret, at=AT)


def test_a_partners_pair_lives_an_hour_and_a_day(cast):
    pair = issue(make_credential(cast.northwind))
    assert (pair.access_expires_at - AT, pair.refresh_expires_at - AT) == (timedelta(hours=1), timedelta(hours=24))


def test_a_persons_pair_can_be_refreshed_for_thirty_days(cast):
    assert issue(make_credential(cast.northwind, person=cast.dora)).refresh_expires_at - AT == timedelta(days=30)


@pytest.mark.parametrize("field", ["client_id", "client_secret"])
def test_a_wrong_client_or_secret_is_the_same_refusal(cast, field):
    credential, secret = make_credential(cast.northwind)
    given = {"client_id": credential.client_id, "client_secret": secret, field: "wrong"}
    with pytest.raises(ConsumerNotFound):
        operations.issue_token(**given, at=AT)


def test_checklist_5_an_expired_token_finds_nobody(cast):
    pair = issue(make_credential(cast.northwind))
    assert queries.consumer_of(pair.access_token, at=AT + timedelta(minutes=59)) is not None
    assert queries.consumer_of(pair.access_token, at=AT + timedelta(hours=1)) is None


def test_checklist_4_refreshing_ends_the_old_pair(cast):
    pair = issue(make_credential(cast.northwind))
    fresh = operations.refresh_token(refresh_token=pair.refresh_token, at=AT)
    assert queries.consumer_of(pair.access_token, at=AT) is None
    assert queries.consumer_of(fresh.access_token, at=AT) is not None
    with pytest.raises(InvalidAccessToken):
        operations.refresh_token(refresh_token=pair.refresh_token, at=AT)


@pytest.mark.parametrize("is_begun_before", [True, False])
def test_what_began_with_an_old_secret_ends_with_it_however_often_it_is_refreshed(cast, is_begun_before):
    credential, old = make_credential(cast.northwind, person=cast.dora)  # whose pairs would last for 30 days
    until, pair = AT + timedelta(hours=24), issue((credential, old))
    operations.regenerate_secret(actor=SYSTEM, credential=credential, at=AT)
    if not is_begun_before:
        pair = issue((credential, old))
    for hour in (1, 12, 23):
        pair = operations.refresh_token(refresh_token=pair.refresh_token, at=AT + timedelta(hours=hour))
    assert pair.refresh_expires_at == until
    assert pair.access_expires_at == until
    with pytest.raises(InvalidAccessToken):
        operations.refresh_token(refresh_token=pair.refresh_token, at=until)


def test_what_begins_with_the_new_secret_lasts(cast):
    credential, _old = make_credential(cast.northwind)
    new = operations.regenerate_secret(actor=SYSTEM, credential=credential, at=AT)
    pair = issue((credential, new))
    for day in range(1, 4):
        pair = operations.refresh_token(refresh_token=pair.refresh_token, at=AT + timedelta(days=day) - timedelta(minutes=day))
    assert pair.refresh_expires_at > AT + timedelta(days=3)
    assert not Token.objects.exclude(ends_at=None).exists()


def test_checklist_4_the_answer_has_all_keys(cast):
    credential, secret = make_credential(cast.northwind)
    body = ApiClient(None).call("POST", "/auth/token", {"clientId": credential.client_id, "clientSecret": secret}).json()
    assert list(body) == [
        "accessToken", "refreshToken", "accessTokenExpirationDate", "refreshTokenExpirationDate", "applicationId", "userId",
    ]  # fmt: skip
    assert body["accessTokenExpirationDate"].endswith("Z")
    assert (body["applicationId"], body["userId"]) == (credential.pk, None)


def test_revoking_ends_tokens_and_refreshing_at_once(cast):
    credential, secret = make_credential(cast.northwind)
    pair = issue((credential, secret))
    operations.revoke_credential(actor=SYSTEM, credential=credential, at=AT)
    assert queries.consumer_of(pair.access_token, at=AT) is None
    with pytest.raises(InvalidAccessToken):
        operations.refresh_token(refresh_token=pair.refresh_token, at=AT)


def test_of_two_refreshes_at_once_one_wins(own_database, django_db_blocker):
    from forecourt.operators.tests.factories import make_operator

    def refresh(token: str) -> bool:
        try:
            operations.refresh_token(refresh_token=token, at=AT)
        except InvalidAccessToken:
            return False
        finally:
            connection.close()
        return True

    with django_db_blocker.unblock(), ThreadPoolExecutor(2) as pool:
        pair = issue(make_credential(make_operator("Northwind")))
        assert sorted(pool.map(refresh, [pair.refresh_token] * 2)) == [False, True]


def test_purging_keeps_what_can_still_be_refreshed(cast):
    issue(make_credential(cast.northwind))
    assert operations.purge_tokens(at=AT + timedelta(hours=23)) == 0
    assert operations.purge_tokens(at=AT + timedelta(hours=24)) == 1
    assert not Token.objects.exists()


def test_a_scope_that_does_not_exist_is_refused(cast):
    with pytest.raises(Invalid) as refused:
        make_credential(cast.northwind, scopes=["teams:own"])
    assert list(refused.value.fields) == ["scopes"]


def test_a_key_cannot_name_a_strangers_team(cast):
    with pytest.raises(Invalid) as refused:
        make_credential(cast.northwind, team_ids=[cast.gate.pk])
    assert list(refused.value.fields) == ["team_ids"]


def consumer_with(access_token):
    found = queries.consumer_of(access_token, at=AT)
    assert found is not None
    return found[0]


def test_a_key_limited_to_teams_reaches_those_alone_also_when_narrowed(cast):
    limited = consumer_with(issue(make_credential(cast.northwind, team_ids=[cast.harbour.pk])).access_token)
    for actor in (limited.actor, limited.own()):
        scope = actor.scope(Permission.TEAM_READ)
        assert scope == Scope(team_ids=frozenset({cast.harbour.pk}))


def test_a_sub_account_is_reached_by_its_main_account_and_by_no_stranger(cast):
    main = consumer_with(issue(make_credential(cast.northwind)).access_token)
    stranger = consumer_with(issue(make_credential(cast.eastgate)).access_token)
    assert main.within(cast.southwind.pk).scope(Permission.TEAM_READ).operator_ids == {cast.southwind.pk}
    with pytest.raises(Forbidden):
        stranger.within(cast.southwind.pk)


def test_a_changed_credential_is_another_consumer_at_the_next_request(cast):
    credential, _ = made = make_credential(cast.northwind, scopes=["teams:read"])
    token = issue(made).access_token
    assert consumer_with(token) is consumer_with(token)
    Credential.objects.filter(pk=credential.pk).update(scopes=["users:read"])
    assert not consumer_with(token).actor.may_anywhere(Permission.TEAM_READ)


def test_asking_who_it_is_counts_the_request_in_its_window(cast):
    token = issue(make_credential(cast.northwind, rate_interval_seconds=60)).access_token
    uses = [queries.consumer_of(token, at=AT + timedelta(seconds=second)) for second in (0, 59, 60)]
    assert [use and use[1] for use in uses] == [1, 2, 1]


def test_the_actor_of_a_persons_token_takes_two_queries_beside_the_token_and_is_the_portals(cast, django_assert_num_queries):
    token = issue(make_credential(cast.northwind, person=cast.dora)).access_token
    with django_assert_num_queries(2):
        actor = consumer_with(token).actor
    portals = actor_of(cast.dora)
    assert (actor.id, actor.name, actor.platform_role) == (portals.id, portals.name, portals.platform_role)
    assert (actor.operator_memberships, actor.team_memberships) == (portals.operator_memberships, portals.team_memberships)
