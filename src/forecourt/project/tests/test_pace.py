"""How long a drain rests after a batch."""

import pytest

from forecourt.kit.outbox import BATCH
from forecourt.project.drains import MOST_REST, REST, Pace


def test_what_is_no_backlog_rests_half_as_long_as_it_took():
    pace = Pace()
    assert pace.rest(BATCH, 0.4) == pytest.approx(REST * 0.4)
    assert pace.rest(3, 0.5) == pytest.approx(REST * 0.5)  # however slow for three rows


def test_a_backlog_rests_longer_where_the_machine_is_busy_and_no_longer_when_it_is_not():
    pace = Pace()
    rests = [pace.rest(BATCH, seconds) / seconds for seconds in (0.4, 0.5, 1.2, 8.0, 0.4)]
    assert rests[:2] == [REST, REST]  # the machine's own unevenness
    assert REST < rests[2] < MOST_REST
    assert rests[3:] == [MOST_REST, REST]
