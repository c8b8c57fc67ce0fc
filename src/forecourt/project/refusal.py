"""What an administrator can mend."""


class Refusal(Exception):
    """Something cannot be done as things stand, and nothing was changed. The message is one line that says what to do; exit status 2."""
