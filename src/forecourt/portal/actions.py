"""What can be done with a row or a page: drawn by `{% actions %}` as a “…” menu."""

from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class Action:
    """
    A plain link; with `posts` a small form; with `asks` a link to a confirmation page (`portal/dialog.html`), shown as a dialog.

    `disabled` is the reason why it is not allowed here: then it is shown greyed with that reason (spec §3.2).
    """

    label: str | Promise
    url: str
    icon: str
    posts: bool = False
    asks: bool = False
    is_danger: bool = False
    disabled: str | Promise = ""

    @property
    def menu_id(self) -> str:
        """A name for the menu that begins with this action, the same at every rendering."""
        return "actions" + self.url.replace("/", "-").rstrip("-").replace("?", "-").replace("=", "-")
