"""Who may, through HTTP; and what a refused request leaves untouched."""

from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from forecourt.access import OperatorRole
from forecourt.audit.tests.factories import recorded
from forecourt.ledger import operations as ledger
from forecourt.ledger import queries
from forecourt.ledger.models import ExchangeRate, WalletTransaction
from forecourt.ledger.rules import Amount, NewTransaction
from forecourt.ledger.tests.factories import AT, give_funds, make_rate, make_wallet
from forecourt.operators.models import OperatorMember

pytestmark = pytest.mark.django_db


@pytest.fixture
def paid(cast):
    """Gate (Eastgate's) paid DKK 37.00 to Harbour (Northwind's)."""
    payer, owner = make_wallet(cast.gate), make_wallet(cast.harbour)
    new = NewTransaction("c", "charge", "charge-professional", Amount(2960, 740, "DKK"), payer.pk, owner.pk, AT)
    return WalletTransaction.objects.get(pk=ledger.record_transactions([new], at=AT)[0])


EVERYONE = ["ada", "oscar", "bea", "sven", "sue", "tom", "dora", "eve", "root"]


def statuses(cast, url, who=EVERYONE):
    return {name: cast.client(name).get(url).status_code for name in who}


def test_who_may_see_a_transaction(cast, paid):
    """Both sides: Northwind's people and Harbour's admin, and Eastgate, whose team paid."""
    expected = {"ada": 200, "oscar": 200, "bea": 200, "sven": 200, "sue": 404, "tom": 200, "dora": 404, "eve": 200, "root": 404}
    assert statuses(cast, f"/transactions/{paid.pk}") == expected


def test_who_may_see_a_wallet(cast, paid):
    expected = {"ada": 200, "oscar": 200, "bea": 200, "sven": 200, "sue": 404, "tom": 200, "dora": 404, "eve": 404, "root": 404}
    assert statuses(cast, f"/wallets/{paid.to_wallet_id}") == expected


def test_platform_people_reach_no_wallet_by_their_role(cast, paid):
    client = cast.client("root")
    for url in ("/wallets/", "/transactions/"):
        assert client.get(url).status_code == 403
    for url in (f"/transactions/{paid.pk}", f"/wallets/{paid.to_wallet_id}/deposit", f"/teams/{cast.harbour.pk}/wallet"):
        assert client.get(url).status_code == 404
    assert client.get("/platform/wallets/").status_code == 404


def invite_root(cast):
    """The platform's administrator works in Northwind, as its bookkeeper."""
    OperatorMember.objects.create(
        organisation_id=cast.northwind.organisation_id, operator=cast.northwind, person=cast.root, role=OperatorRole.BOOKKEEPER,
        state=OperatorMember.State.ACCEPTED, accepted_at=AT,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("who", "status"),
    [("ada", 303), ("bea", 303), ("tom", 303), ("oscar", 303), ("sven", 403), ("sue", 404), ("dora", 404), ("eve", 404), ("root", 404)],
)
def test_who_may_refund(cast, paid, who, status):
    """Only the receiving side, and there only who may move money; the payer's own admin may not refund themselves."""
    response = cast.client(who).post(
        f"/transactions/{paid.pk}/refund", {"key": str(UUID(int=7)), "percentage": "50", "note": "Broken", "confirmed": "on"}
    )
    assert response.status_code == status
    assert WalletTransaction.objects.filter(kind="refund").count() == (status == 303)


def test_a_refund_is_reviewed_before_anything_moves(cast, paid):
    response = cast.client("bea").post(f"/transactions/{paid.pk}/refund", {"key": str(UUID(int=7)), "percentage": "50", "note": "Broken"})
    assert "18.50" in response.content.decode()
    assert WalletTransaction.objects.count() == 1


def test_the_form_offers_what_is_left_to_refund(cast, paid):
    client = cast.client("bea")
    client.post(f"/transactions/{paid.pk}/refund", {"key": str(UUID(int=7)), "percentage": "33.33", "note": "Broken", "confirmed": "on"})
    assert 'value="66.67"' in client.get(f"/transactions/{paid.pk}/refund").content.decode()


def test_a_refund_without_a_note_is_explained_at_the_field(cast, paid):
    response = cast.client("bea").post(
        f"/transactions/{paid.pk}/refund", {"key": str(UUID(int=7)), "percentage": "50", "note": "", "confirmed": "on"}
    )
    assert (response.status_code, WalletTransaction.objects.count()) == (422, 1)
    assert "id_note-error" in response.content.decode()


@pytest.mark.parametrize(
    ("who", "status"), [("root", 404), ("ada", 403), ("bea", 403), ("tom", 403), ("sven", 403), ("sue", 404), ("eve", 404)]
)
def test_who_may_record_a_deposit(cast, who, status):
    wallet = make_wallet(cast.harbour)
    given = {"amount": "250.5", "note": "Bank 17", "key": uuid4(), "confirmed": "on"}
    assert cast.client(who).post(f"/wallets/{wallet.pk}/deposit", given).status_code == status
    assert queries.balances([wallet.pk])[wallet.pk].funds_minor == 0


def test_a_platform_administrator_who_was_invited_records_a_deposit_once(cast):
    invite_root(cast)
    wallet = make_wallet(cast.harbour)
    given = {"amount": "250.5", "note": "Bank 17", "key": uuid4(), "confirmed": "on"}
    for _twice in range(2):
        assert cast.client("root").post(f"/wallets/{wallet.pk}/deposit", given).status_code == 303
    assert queries.balances([wallet.pk])[wallet.pk].funds_minor == 25_050


@pytest.mark.parametrize(
    ("who", "status"), [("ada", 303), ("oscar", 403), ("bea", 403), ("sven", 403), ("tom", 403), ("sue", 404), ("eve", 404)]
)
def test_who_may_adjust(cast, who, status):
    wallet, other = make_wallet(cast.harbour), make_wallet(cast.hotel)
    give_funds(wallet, 1000)
    given = {"to_wallet": other.pk, "amount": "4", "note": "Agreed", "key": uuid4(), "confirmed": "on"}
    response = cast.client(who).post(f"/wallets/{wallet.pk}/adjust", given)
    assert (response.status_code, queries.balances([other.pk])[other.pk].funds_minor) == (status, 400 if status == 303 else 0)


def test_an_adjustment_to_a_strangers_wallet_is_refused(cast):
    wallet, stranger = make_wallet(cast.harbour), make_wallet(cast.gate)
    give_funds(wallet, 1000)
    given = {"to_wallet": stranger.pk, "amount": "4", "note": "Agreed", "key": uuid4(), "confirmed": "on"}
    assert cast.client("ada").post(f"/wallets/{wallet.pk}/adjust", given).status_code == 422
    assert queries.balances([stranger.pk])[stranger.pk].funds_minor == 0


def test_an_amount_with_too_many_decimals_is_explained(cast):
    invite_root(cast)
    wallet = make_wallet(cast.harbour)
    given = {"amount": "1.005", "note": "x", "key": uuid4(), "confirmed": "on"}
    assert cast.client("root").post(f"/wallets/{wallet.pk}/deposit", given).status_code == 422


def test_the_list_shows_each_transaction_once_and_only_ones_own(cast, paid):
    give_funds(make_wallet(cast.garden), 5)  # Southwind's
    for who, expected in {"ada": 2, "eve": 1, "sue": 1, "tom": 1}.items():
        response = cast.client(who).get("/transactions/")
        assert response.context["paging"].total == len(response.context["rows"]) == expected


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("state=complete", 1),
        ("state=failed", 0),
        ("group=deposit", 0),
        ("from=2026-11-02", 0),
        ("until=2026-11-01", 1),
        ("q=charge-p", 1),
        ("q=999", 0),
    ],
)
def test_the_list_is_filtered(cast, paid, query, count):
    assert len(cast.client("ada").get(f"/transactions/?{query}").context["rows"]) == count


def test_the_list_is_exported(cast, paid):
    lines = b"".join(cast.client("ada").get("/transactions/?format=csv")).decode().splitlines()
    assert len(lines) == 2
    assert ",37.00,29.60,7.40,DKK," in lines[1]


@pytest.mark.parametrize(("who", "status"), [("ada", 200), ("oscar", 200), ("bea", 200), ("sven", 403), ("tom", 200)])
@pytest.mark.parametrize("url", ["/transactions/", "/charges/"])
def test_a_support_agent_reads_and_does_not_export(cast, paid, url, who, status):
    client = cast.client(who)
    assert client.get(url, {"format": "csv"}).status_code == status
    page = client.get(url).content.decode()
    assert ("data-filter-csv" in page) == (status == 200)
    assert (": export”." in page) == (status == 403)  # the button says why


def test_the_list_asks_the_same_number_of_questions_however_long(cast, paid):
    client, wallet = cast.client("bea"), make_wallet(cast.harbour)
    client.get("/transactions/")
    counts = []
    for _more in range(2):
        with CaptureQueriesContext(connection) as asked:
            client.get("/transactions/")
        counts.append(len(asked))
        for _each in range(5):
            give_funds(wallet, 5)
    assert counts[0] == counts[1] <= 10


def test_every_page_opens(cast, paid):
    make_rate("EUR", "DKK", "7.46")
    for who, urls in {
        "ada": ["/wallets/", f"/teams/{cast.harbour.pk}/wallet"],
        "root": ["/platform/exchange-rates/"],
    }.items():
        for url in urls:
            assert cast.client(who).get(url).status_code == 200
    for url in (f"/wallets/{paid.to_wallet_id}/adjust", f"/transactions/{paid.pk}/refund"):
        assert cast.client("ada").get(url).status_code == 200


RATES = b"base,quote,on,rate\nEUR,DKK,2026-10-30,7.4604\n"


@pytest.mark.parametrize(("who", "write", "status", "count"), [("root", "on", 303, 1), ("root", "", 200, 0), ("ada", "on", 403, 0)])
def test_who_may_import_rates(cast, who, write, status, count):
    given = {"file": SimpleUploadedFile("rates.csv", RATES), "source": "ECB", "write": write}
    assert cast.client(who).post("/platform/exchange-rates/import", given).status_code == status
    assert ExchangeRate.objects.count() == count
    assert [(event.actor_id, event.entity_name) for event in recorded(entity_type="ExchangeRate")] == [(cast.root.pk, "EUR")] * count


def test_nobody_is_sent_to_sign_in(cast, paid):
    assert cast.client(None).get(f"/transactions/{paid.pk}").status_code == 302
