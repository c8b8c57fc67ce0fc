"""The bell and the outgoing e-mail, through HTTP."""

import pytest

from forecourt.kit import clock
from forecourt.notifications import operations
from forecourt.notifications.models import Notification, OutgoingEmail

TENANTS = ["ada", "oscar", "bea", "sven", "sue", "tom", "dora", "eve"]


@pytest.fixture
def letter(cast):
    return operations.send_email(
        to="nora@example.com", subject="You are invited", text="Accept here: /invitations/x", kind="team_invitation"
    )


@pytest.fixture
def support(cast):
    cast.bea.platform_role = "support"
    cast.bea.save()
    return cast.client("bea")


@pytest.mark.parametrize(("who", "status"), [("root", 200), *((name, 403) for name in TENANTS), (None, 302)])
@pytest.mark.parametrize("path", ["/platform/emails", "/platform/emails/{id}"])
def test_only_the_platforms_people_see_letters(cast, letter, who, status, path):
    assert cast.client(who).get(path.format(id=letter.pk)).status_code == status


@pytest.mark.parametrize(("who", "status"), [("root", 303), *((name, 403) for name in TENANTS), (None, 302)])
def test_only_an_administrator_sends_a_letter_again(cast, letter, who, status):
    assert cast.client(who).post(f"/platform/emails/{letter.pk}/resend").status_code == status
    assert OutgoingEmail.objects.count() == (2 if status == 303 else 1)


def test_support_sees_the_list_but_no_letter_since_one_may_sign_somebody_in(support, letter):
    listed = support.get("/platform/emails")
    assert (listed.status_code, "You are invited" in listed.content.decode()) == (200, True)
    assert support.get(f"/platform/emails/{letter.pk}").status_code == 403
    assert support.post(f"/platform/emails/{letter.pk}/resend").status_code == 403


def test_a_kept_letter_can_be_read_and_the_page_says_why_it_was_kept(cast, letter):
    OutgoingEmail.objects.update(state="kept")
    root = cast.client("root")
    assert "No mail server is set" in root.get("/platform/emails").content.decode()
    assert "Accept here: /invitations/x" in root.get(f"/platform/emails/{letter.pk}").content.decode()


def test_a_letter_sent_again_is_a_new_one_and_the_first_keeps_its_history(cast, letter):
    OutgoingEmail.objects.update(state="failed", error="550 no such user", attempts=8)
    cast.client("root").post(f"/platform/emails/{letter.pk}/resend")
    rows = OutgoingEmail.objects.order_by("id").values_list("to", "text", "state", "error")
    assert list(rows) == [
        ("nora@example.com", "Accept here: /invitations/x", "failed", "550 no such user"),
        ("nora@example.com", "Accept here: /invitations/x", "waiting", ""),
    ]


@pytest.mark.parametrize(("query", "count"), [("q=NORA", 1), ("q=invited", 1), ("q=else", 0), ("state=sent", 0), ("state=waiting", 1)])
def test_letters_are_searched_and_filtered(cast, letter, query, count):
    assert len(cast.client("root").get(f"/platform/emails?{query}").context["rows"]) == count


def test_a_letter_that_is_not_there_is_not_found(cast):
    assert cast.client("root").get("/platform/emails/99999").status_code == 404


@pytest.mark.parametrize(("who", "status"), [*((name, 200) for name in (*TENANTS, "root")), (None, 302)])
def test_everybody_has_a_bell(cast, who, status):
    assert cast.client(who).get("/notifications").status_code == status


def test_the_bell_counts_what_is_unread_of_ones_own(cast):
    for text in ("Report ready", "Import done"):
        operations.notify(person_id=cast.ada.pk, text=text, url="/teams/")
    operations.notify(person_id=cast.eve.pk, text="Not yours")
    page = cast.client("ada").get("/notifications").content.decode()
    assert ("2 unread" in page, "Report ready" in page, "Not yours" in page) == (True, True, False)


def test_opening_one_marks_it_read_and_leads_there(cast):
    one = operations.notify(person_id=cast.ada.pk, text="Report ready", url="/teams/")
    operations.notify(person_id=cast.ada.pk, text="Import done")
    answer = cast.client("ada").post(f"/notifications/{one.pk}")
    assert (answer.status_code, answer["Location"]) == (303, "/teams/")
    assert list(Notification.objects.filter(read_at=None).values_list("text", flat=True)) == ["Import done"]


@pytest.mark.parametrize("url", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example", ""])
def test_a_link_out_of_here_is_not_followed(cast, url):
    one = operations.notify(person_id=cast.ada.pk, text="Look", url=url)
    assert cast.client("ada").post(f"/notifications/{one.pk}")["Location"] == "/notifications"


def test_another_persons_line_is_not_found_and_stays_unread(cast):
    one = operations.notify(person_id=cast.ada.pk, text="Report ready")
    assert cast.client("eve").post(f"/notifications/{one.pk}").status_code == 404
    cast.client("eve").post("/notifications")
    assert Notification.objects.get().read_at is None


def test_marking_all_as_read_keeps_the_moment_of_those_that_were(cast):
    first = operations.notify(person_id=cast.ada.pk, text="Old")
    at = clock.now()
    Notification.objects.update(read_at=at)
    operations.notify(person_id=cast.ada.pk, text="New")
    assert cast.client("ada").post("/notifications").status_code == 303
    assert not Notification.objects.filter(read_at=None).exists()
    assert Notification.objects.get(pk=first.pk).read_at == at
