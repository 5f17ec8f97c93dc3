import hypothesis
import pytest

pytest_plugins = ["tests.plugins.services", "tests.plugins.province", "tests.plugins.fake_gateway"]

# The first text that Hypothesis draws on a machine builds its table of all characters, for seconds; and no test of
# behaviour fails for being slow on a busy machine.
hypothesis.settings.register_profile(
    "anwang", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow], print_blob=True
)
hypothesis.settings.load_profile("anwang")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--renew-pictures", action="store_true", help="write the pictures that pages are compared with")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests last: Playwright keeps an event loop in this thread, beside which no other may run."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)
