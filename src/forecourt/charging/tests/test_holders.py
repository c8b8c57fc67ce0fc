"""Who stands behind a key or a person, as the database says."""

from forecourt.charging.queries.holders import holder_by_person
from forecourt.teams.models import TeamTemplate


def test_a_template_takes_the_right_to_pay_with_the_wallet(cast):
    before = holder_by_person(team_id=cast.harbour.pk, person_id=cast.dora.pk)
    home = cast.northwind
    TeamTemplate.objects.create(
        organisation_id=home.organisation_id, operator=home, name="All", applies_to="all", can_pay_with_team_wallet=False
    )
    after = holder_by_person(team_id=cast.harbour.pk, person_id=cast.dora.pk)
    assert before
    assert before.member
    assert before.member.can_pay
    assert after
    assert after.member
    assert not after.member.can_pay
