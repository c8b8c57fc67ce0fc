"""Schemathesis against the running product: whatever is sent, the API neither breaks nor answers what its document does not say."""

import os
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error, response_schema_conformance
from schemathesis.core.result import Ok

from tests.running import Api, Product

pytestmark = [pytest.mark.slow, pytest.mark.timeout(420), pytest.mark.xdist_group("running")]
EXAMPLES = int(os.environ.get("FORECOURT_TEST_EXAMPLES", "6"))


@pytest.fixture(scope="module")
def api(running: Product) -> Api:
    return running.api()


def test_no_request_breaks_the_api_and_every_answer_is_as_documented(running: Product, api: Api):
    document = requests.get(f"{running.demo['api']}/openapi.json", timeout=10).json()
    schema = schemathesis.openapi.from_dict(document)
    schema.config.update(base_url=running.portal)
    headers = {"Authorization": str(api.session.headers["Authorization"])}
    operations = []
    for result in schema.get_all_operations():
        assert isinstance(result, Ok), result
        operations.append(result.ok())
    operations.sort(key=lambda one: "/auth/" in one.path)  # last: wrong tokens and clients are counted against this address
    assert [fault for operation in operations for fault in faults(operation, headers)] == []


def faults(operation: schemathesis.APIOperation[Any, Any, Any, Any], headers: dict[str, str]) -> list[str]:
    """What a few generated requests to one operation bring to light; the first fault ends it."""
    answered: list[int] = []

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def attempt(case: schemathesis.Case[Any]) -> None:
        response = case.call(headers=headers)
        if response.status_code == 429:
            return
        answered.append(response.status_code)
        case.validate_response(response, checks=[not_a_server_error, response_schema_conformance])

    try:
        attempt()
    except (Exception, BaseExceptionGroup) as error:
        said = "; ".join(str(one) for one in getattr(error, "exceptions", [error]))
        return [f"{operation.label}: {said[:500]}"]
    return [] if answered else [f"{operation.label}: nothing but 429"]
