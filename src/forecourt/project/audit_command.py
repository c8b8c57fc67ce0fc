"""`forecourt audit verify` and `forecourt audit heads`."""

import argparse
import json
from pathlib import Path

from forecourt.project.console import answer
from forecourt.project.refusal import Refusal

BROKEN = 1


def verify(options: argparse.Namespace) -> int:
    """
    Compute every hash again and name the first bad row of each chain; exit status 1 if there is one.

    :raises Refusal: for a file of heads that this installation did not sign.
    """
    from forecourt.audit import queries, signing
    from forecourt.audit.queries.heads import check_heads

    try:
        known = check_heads(json.loads(options.heads.read_text())) if options.heads else []
    except (OSError, ValueError, signing.BadSignature) as error:
        raise Refusal(f"{options.heads} cannot be used: {error}") from error
    checked, breaks = queries.verify(organisation_id=options.organisation, known=known)
    for one in breaks:
        row = f"event {one.event_id}" if one.event_id else "the end of the chain"
        answer(f"BROKEN: organisation {one.organisation_id}, number {one.sequence}, {row}: {one.why}")
    answer(f"{checked} events checked, {len(breaks)} broken chain{'' if len(breaks) == 1 else 's'}.")
    return BROKEN if breaks else 0


def heads(options: argparse.Namespace) -> int:
    """Print the signed heads of all chains as JSON, or write them to a file, to be kept outside."""
    from forecourt.audit import queries
    from forecourt.kit import clock

    text = json.dumps(queries.signed_heads(at=clock.now()), indent=1)
    output: Path | None = options.output
    if output is None:
        answer(text)
    else:
        output.write_text(text + "\n")
    return 0
