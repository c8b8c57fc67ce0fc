"""Words for the person at the command line: answers on standard output, everything else on standard error."""

import sys


def answer(text: str) -> None:
    """A line that a script may read."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def say(text: str) -> None:
    """A line about what is going on."""
    sys.stderr.write(f"forecourt | {text}\n")
    sys.stderr.flush()


def complain(text: str) -> None:
    """The one line of a refusal."""
    sys.stderr.write(f"forecourt: {text}\n")
    sys.stderr.flush()
