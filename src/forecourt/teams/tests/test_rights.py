"""What a template and a feature group take from a team's people."""

import pytest

from forecourt.access import Permission
from forecourt.teams.models import FeatureGroup, FeatureSetting, TeamMember, TeamTemplate
from forecourt.teams.queries import actor_of, taken_rights


def make_template(cast, applies_to="all", **rights) -> TeamTemplate:
    return TeamTemplate.objects.create(
        organisation_id=cast.northwind.organisation_id,
        operator=cast.northwind,
        name=applies_to or "Chosen",
        applies_to=applies_to,
        **rights,
    )


def make_feature_group(cast, **features) -> FeatureGroup:
    group = FeatureGroup.objects.create(organisation_id=cast.northwind.organisation_id, operator=cast.northwind, name="Small")
    FeatureSetting.objects.bulk_create(FeatureSetting(group=group, feature=name, value=value) for name, value in features.items())
    return group


def reaches(cast, who: str, permission: Permission) -> bool:
    return cast.harbour.pk in cast.actor(who).reach_of(permission).team_ids


def test_a_template_that_says_no_takes_the_right_from_everybody(cast):
    assert reaches(cast, "tom", Permission.CHARGE_POINT_CONFIGURE)
    make_template(cast, can_configure_charge_points=False)
    assert not reaches(cast, "tom", Permission.CHARGE_POINT_CONFIGURE)
    assert taken_rights(cast.harbour) == {"can_configure_charge_points"}


def test_a_template_that_says_yes_or_nothing_gives_nobody_a_right(cast):
    make_template(cast, can_manage_team_members=True)
    assert not reaches(cast, "tom", Permission.TEAM_MEMBER_MANAGE)


@pytest.mark.parametrize(
    ("chosen", "of_type", "for_all", "taken"),
    [(False, True, True, True), (None, False, True, True), (None, None, False, True), (True, False, False, False)],
)
def test_the_chosen_template_goes_before_that_of_the_type_and_that_before_the_one_for_all(cast, chosen, of_type, for_all, taken):
    if chosen is not None:
        cast.harbour.template = make_template(cast, None, can_configure_charge_points=chosen)
        cast.harbour.save()
    if of_type is not None:
        make_template(cast, cast.harbour.type, can_configure_charge_points=of_type)
    make_template(cast, "all", can_configure_charge_points=for_all)
    assert reaches(cast, "tom", Permission.CHARGE_POINT_CONFIGURE) is not taken


def test_a_template_of_another_operator_takes_nothing(cast):
    TeamTemplate.objects.create(
        organisation_id=cast.eastgate.organisation_id,
        operator=cast.eastgate,
        name="All",
        applies_to="all",
        can_configure_charge_points=False,
    )
    assert reaches(cast, "tom", Permission.CHARGE_POINT_CONFIGURE)


@pytest.mark.parametrize("value", ["off", "hidden"])
def test_a_feature_that_is_not_on_is_taken_from_the_teams_people_alone(cast, value):
    cast.harbour.feature_group = make_feature_group(cast, charge_keys=value)
    cast.harbour.save()
    assert not reaches(cast, "tom", Permission.CHARGE_KEY_READ)
    assert reaches(cast, "tom", Permission.SITE_READ)
    assert cast.actor("ada").reach_of(Permission.CHARGE_KEY_READ).organisation_ids


def test_the_actor_still_takes_two_queries(cast, django_assert_num_queries):
    make_template(cast, can_configure_charge_points=False)
    with django_assert_num_queries(2):
        actor_of(cast.tom)


def test_a_members_form_says_why_a_right_cannot_be_given(cast):
    make_template(cast, can_configure_charge_points=False)
    tom = TeamMember.objects.get(person=cast.tom, team=cast.harbour)
    page = cast.client("ada").get(f"/teams/{cast.harbour.pk}/members/{tom.pk}/edit").content.decode()
    assert "team settings take this from everybody" in page
