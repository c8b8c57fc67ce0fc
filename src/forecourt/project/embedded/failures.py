"""What can go wrong with an installation in a way its administrator can mend."""


class ClusterError(Exception):
    """The embedded PostgreSQL cannot be used as it is. The message is one line and says what to do."""
