"""What can be wrong with an embedded PostgreSQL in a way its administrator can mend."""

from forecourt.project.refusal import Refusal


class ClusterError(Refusal):
    """The embedded PostgreSQL cannot be used as it is. The message is one line and says what to do."""
