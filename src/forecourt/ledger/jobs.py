"""Periodic work of the ledger: wallets that are missing, and the proof of the books every night."""

import logging

from procrastinate.contrib.django import app

from forecourt.kit import clock
from forecourt.ledger import operations, queries

logger = logging.getLogger(__name__)


class BooksOutOfBalance(RuntimeError):
    """The books are wrong: somebody must look. The operations page lists the failed job, `forecourt doctor` the problems."""


@app.periodic(cron="*/15 * * * *")
@app.task(queueing_lock="ledger.open_missing_wallets", pass_context=False)
def open_missing_wallets(timestamp: int) -> int:
    """Wallets of teams and operators that got their country after they were made."""
    return operations.open_missing_wallets(at=clock.now())


@app.periodic(cron="40 2 * * *")
@app.task(queueing_lock="ledger.prove_books", pass_context=False)
def prove_books(timestamp: int) -> None:
    """
    Recompute every balance from its postings; each problem is one line of the log.

    :raises BooksOutOfBalance: with what was found, so that the job fails and is seen.
    """
    problems = queries.problems()
    for problem in problems:
        logger.error("The books are wrong: %s", problem)
    if problems:
        raise BooksOutOfBalance("; ".join(problems))
