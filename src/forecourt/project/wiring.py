"""The whole list of who reacts to what, and what higher domains add to lower ones. Called once, when Django is ready."""


def connect() -> None:
    """Fill the registries and the reactions. Running it twice changes nothing."""
