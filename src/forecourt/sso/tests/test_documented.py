"""The table of refusals in docs/domains/sso.md: every reason that the code gives, in its words, with tests that exist."""

import ast
import re
from pathlib import Path

SSO = Path(__file__).parents[1]
PAGE = SSO.parents[2] / "docs" / "domains" / "sso.md"
FILES = {
    "B": SSO.parents[2] / "tests/browser/test_single_sign_on.py", "R": SSO / "tests/test_refusals.py",
    "A": SSO / "tests/test_refused_answers.py", "L": SSO / "tests/test_leaving.py", "C": SSO / "tests/test_claims.py", "O": SSO / "tests/test_signing_out.py",
}  # fmt: skip
RAISED = ("SignInRefused", "ProviderDown", "_refused")
OF_LOGOUT = {"token_type", "not_a_logout", "unknown"}  # no page: a provider reads them
ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.read_text().splitlines() if line.startswith("| ")]
REFUSALS = [row for row in ROWS if len(row) == 5 and row[1].startswith("`")]


def texts(node):
    return [one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)]


def parsed():
    found = [path for path in SSO.rglob("*.py") if not {"tests", "migrations", "scim"} & set(path.relative_to(SSO).parts)]
    return [ast.parse(path.read_text()) for path in found]


def given_reasons():
    """The first argument of each refusal, and the second of each pair of `tokens._REASONS`."""
    for tree in parsed():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in RAISED and node.args and texts(node.args[0]):
                yield texts(node.args[0])[0]
            if isinstance(node, ast.AnnAssign) and getattr(node.target, "id", "") == "_REASONS":
                yield from texts(node.value)


def test_every_reason_stands_in_the_table_and_no_other():
    written = {row[1].strip("`") for row in REFUSALS} - {"domain_taken", "logout_…"}
    assert written == set(given_reasons()) - OF_LOGOUT | {"token"}  # `token`: whatever else is wrong with one


def test_the_page_says_what_the_table_says():
    said = [text for tree in parsed() for text in texts(tree)]
    shown = {row[3] for row in REFUSALS} - {"as above"}
    assert not {text for text in shown if not any(text.strip("`") in one for one in said)}


def test_the_tests_of_the_table_exist():
    named = [(re.findall(r"([BRACOL])(?: `(\w+)`)?", row[4]), row[1]) for row in REFUSALS]
    for tests, reason in named:
        assert tests, reason
        for letter, name in tests:
            assert f"def {name}(" in FILES[letter].read_text() if name else f'"{reason.strip("`")}")' in FILES[letter].read_text(), (
                letter,
                name,
            )
