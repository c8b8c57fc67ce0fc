"""Plain factories: every argument visible, nothing random."""

from forecourt.identity.models import Person

PASSWORD = "correct horse battery"


def make_person(first_name: str, *, last_name: str = "Test", email: str | None = None, **fields) -> Person:
    """A person who can sign in with `PASSWORD`; e-mail `<first name>@example.com`."""
    person = Person(email=email or f"{first_name.lower()}@example.com", first_name=first_name, last_name=last_name, **fields)
    person.set_password(PASSWORD)
    person.save()
    return person
