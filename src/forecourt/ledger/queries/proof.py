"""Proof of the books, from the postings up. `forecourt doctor` and a nightly job ask for it."""

from collections.abc import Iterator

from django.db import connection

# (what is wrong, the rows that are). Each returns nothing while the books are right.
_PROOFS = (
    (
        "account {0}: the balance says {1}, its postings sum to {2}",
        """
        SELECT coalesce(b.account_id, p.account_id), coalesce(b.minor, 0), coalesce(p.minor, 0)
        FROM account_balance b
        FULL JOIN (SELECT account_id, sum(minor) AS minor FROM ledger_posting GROUP BY account_id) p USING (account_id)
        WHERE coalesce(b.minor, 0) <> coalesce(p.minor, 0)
        """,
    ),
    (
        "entry {0} does not sum to zero in {1}: {2}",
        "SELECT entry_id, currency, sum(minor) FROM ledger_posting GROUP BY entry_id, currency HAVING sum(minor) <> 0",
    ),
    (
        "entry {0} has no postings",
        "SELECT e.id FROM ledger_entry e WHERE NOT EXISTS (SELECT FROM ledger_posting p WHERE p.entry_id = e.id)",
    ),
    (
        "posting {0} is in {1}, its account in {2}",
        """
        SELECT p.id, p.currency, a.currency FROM ledger_posting p JOIN ledger_account a ON a.id = p.account_id
        WHERE p.currency <> a.currency
        """,
    ),
    (
        "wallet transaction {0} is complete but has no entry",
        """
        SELECT t.id FROM ledger_wallettransaction t
        WHERE t.state = 'complete' AND NOT EXISTS (SELECT FROM ledger_entry e WHERE e.transaction_id = t.id)
        """,
    ),
    (
        "wallet transaction {0}: its postings move {1} to and {2} from its wallets, it says {3} and {4}",
        """
        SELECT t.id, coalesce(sum(p.minor) FILTER (WHERE a.wallet_id = t.to_wallet_id), 0) AS into,
               coalesce(-sum(p.minor) FILTER (WHERE a.wallet_id = t.from_wallet_id), 0) AS out, t.to_minor, t.from_minor
        FROM ledger_wallettransaction t JOIN ledger_entry e ON e.transaction_id = t.id
        JOIN ledger_posting p ON p.entry_id = e.id JOIN ledger_account a ON a.id = p.account_id
        WHERE t.state = 'complete' GROUP BY t.id
        HAVING t.to_wallet_id IS NOT NULL AND coalesce(sum(p.minor) FILTER (WHERE a.wallet_id = t.to_wallet_id), 0) <> t.to_minor
            OR t.from_wallet_id IS NOT NULL AND coalesce(-sum(p.minor) FILTER (WHERE a.wallet_id = t.from_wallet_id), 0) <> t.from_minor
        """,
    ),
    (
        "wallet {0}: {1} is reserved, its holds sum to {2}",
        """
        SELECT a.wallet_id, b.minor, coalesce(h.minor, 0) FROM ledger_account a JOIN account_balance b ON b.account_id = a.id
        LEFT JOIN (
          SELECT wallet_id, sum(funds_minor + credit_minor) AS minor FROM ledger_hold WHERE released_at IS NULL GROUP BY wallet_id
        ) h ON h.wallet_id = a.wallet_id
        WHERE a.kind = 'reserved' AND b.minor <> coalesce(h.minor, 0)
        """,
    ),
)


def problems(*, limit: int = 20) -> list[str]:
    """
    What is wrong with the books, in words; empty when they are right. Of each kind the first `limit`.

    Recomputes every balance from the postings, so it reads the whole ledger: a nightly job, not a page.
    """
    return list(_problems(limit))


def _problems(limit: int) -> Iterator[str]:
    with connection.cursor() as cursor:
        for says, sql in _PROOFS:
            cursor.execute(f"{sql} LIMIT %s", [limit])
            yield from (says.format(*row) for row in cursor.fetchall())
