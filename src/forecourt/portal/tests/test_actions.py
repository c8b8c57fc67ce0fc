"""The “…” menu of a row."""

from django.utils.html import escape
from django.utils.safestring import SafeString

from forecourt.portal.actions import Action, action_menu

EDIT = Action("Edit", "/teams/7/edit?a=1&b=2", "pencil")


def test_nothing_is_drawn_where_nothing_can_be_done():
    assert action_menu([], "Harbour", "token") == ""


def test_what_people_wrote_is_escaped_once():
    assert 'aria-label="Actions: Garden&#x27;s &lt;b&gt;"' in action_menu([EDIT], "Garden's <b>", "token")
    assert 'aria-label="Actions: Garden&#x27;s &lt;b&gt;"' in action_menu([EDIT], SafeString(escape("Garden's <b>")), "token")
    assert 'href="/teams/7/edit?a=1&amp;b=2"' in action_menu([EDIT], "", "token")


def test_each_kind_of_action_is_drawn_its_way():
    refused = Action("Delete", "/x", "trash", disabled="Your role does not include “team: delete” here.")
    asks = Action("Delete", "/x", "trash", asks=True, is_danger=True)
    posts = Action("Send again", "/x", "refresh", posts=True)
    assert 'aria-disabled="true" title="Your role' in action_menu([refused], "", "token")
    assert "href" not in action_menu([refused], "", "token")
    assert '<a class="fc-menu-link is-danger" href="/x" data-dialog>' in action_menu([asks], "", "token")
    assert '<form method="post" action="/x"><input type="hidden" name="csrfmiddlewaretoken" value="token">' in action_menu(
        [posts], "", "token"
    )
