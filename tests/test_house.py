"""Rules of the house that no tool checks: the direction of foreign keys, guards that bite, sizes, and that the documentation is whole."""

import re
import tomllib
from collections import Counter
from pathlib import Path

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.db.models import ForeignKey

from forecourt.access import Permission
from forecourt.api.endpoint import ENDPOINTS
from forecourt.kit.guards import append_only_tables
from tests import error_list

HERE = Path(__file__).parents[1]
DOCS = HERE / "docs"
SOURCES = sorted(path for folder in ("src", "tests", "bench") for path in (HERE / folder).rglob("*.py") if "migrations" not in path.parts)
SETTING = re.compile(r"""["']((?:FORECOURT|DATABASE)_[A-Z0-9_]+)["']""")


def layers() -> dict[str, int]:
    """Each domain's line in the list of layers; 0 is the top."""
    contracts = tomllib.loads((HERE / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    order = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    return {name.strip(): height for height, line in enumerate(order) for name in line.split("|")}


def test_no_foreign_key_points_at_a_domain_above():
    heights = layers()
    wrong = [
        f"{model._meta.label}.{field.name} -> {field.related_model._meta.label}"
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, ForeignKey) and model._meta.app_label in heights and field.related_model._meta.app_label in heights
        if heights[field.related_model._meta.app_label] < heights[model._meta.app_label]
    ]
    assert wrong == []


@pytest.mark.parametrize("table", append_only_tables())
@pytest.mark.parametrize("change", ["UPDATE {0} SET {1} = {1}", "DELETE FROM {0}", "TRUNCATE {0}"])
def test_the_product_may_only_add_to_an_append_only_table(as_product_role: None, table: str, change: str):
    with connection.cursor() as cursor:
        column = connection.introspection.get_table_description(cursor, table)[0].name
        with pytest.raises(DatabaseError, match=r"permission denied|append-only"), transaction.atomic():
            cursor.execute(change.format(table, column))


@pytest.mark.parametrize("table", append_only_tables())
def test_not_even_the_owner_empties_an_append_only_table_by_a_slip(db: None, table: str):
    with connection.cursor() as cursor, pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        cursor.execute(f"TRUNCATE {table} CASCADE")


def test_every_setting_is_described():
    read = {name for path in SOURCES if "src" in path.parts and "tests" not in path.parts for name in SETTING.findall(path.read_text())} - {
        "FORECOURT_TEST_DATABASE_URL"
    }
    page = (DOCS / "how-to" / "settings.md").read_text()
    described = set(re.findall(r"`((?:FORECOURT|DATABASE)_[A-Z0-9_]+)`", page))
    assert read == described


@pytest.mark.parametrize("permission", Permission)
def test_every_permission_is_described(permission: Permission):
    area, verb = permission.value.split(".")
    rows = [
        line
        for line in (DOCS / "domains" / "access.md").read_text().splitlines()
        if line.startswith("|") and f"`{area}`" in line.split("|")[1]
    ]
    assert rows, f"no row names `{area}`"
    assert any(re.search(rf"\b{verb}\b", row.split("|")[2]) for row in rows)


def test_every_error_code_is_described():
    assert error_list.PAGE.read_text() == error_list.written(), "run: python -m tests.error_list"


def test_every_domain_is_described():
    domains = set(layers()) - {"kit", "places", "portal", "api", "project", "identity"}
    pages = {path.stem for path in (DOCS / "domains").glob("*.md")}
    assert domains <= pages
    assert "# Identity and operators" in (DOCS / "domains" / "operators.md").read_text()


def test_every_point_of_asvs_level_two_is_listed_once():
    """253 points of levels 1 and 2; the number in each chapter is that of ASVS 5.0.0."""
    points = re.findall(r"^\| ((\d+)\.\d+\.\d+) ", (DOCS / "security.md").read_text(), re.MULTILINE)
    chapters = Counter(int(chapter) for _point, chapter in points)
    assert len({point for point, _chapter in points}) == len(points) == 253
    assert list(chapters.values()) == [27, 11, 19, 10, 9, 35, 18, 7, 7, 29, 14, 9, 13, 9, 13, 16, 7]


def test_files_that_the_security_page_names_exist():
    named = re.findall(r"`((?:src|tests|deploy|docs)/[^`]+)`", (DOCS / "security.md").read_text())
    assert named
    assert [path for path in named if not (HERE / path).exists()] == []


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.operation_id)
def test_every_endpoint_is_in_the_document(client, endpoint):
    path = re.sub(r"{\w+:(\w+)}", r"{\1}", endpoint.path)
    operation = client.get("/api/v1/openapi.json").json()["paths"][f"/api/v1{path}"][endpoint.method.lower()]
    assert operation["summary"]


@pytest.mark.parametrize("page", [*sorted(DOCS.rglob("*.md")), HERE / "README.md"], ids=lambda path: path.stem)
def test_links_of_the_documentation_lead_somewhere(page: Path):
    links = re.findall(r"\]\((?!https?://|#|mailto:)([^)#]+)", page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_no_file_is_longer_than_400_lines():
    assert [str(path) for path in SOURCES if len(path.read_text().splitlines()) > 400] == []


def test_the_readme_is_short():
    assert len((HERE / "README.md").read_text().splitlines()) < 100
