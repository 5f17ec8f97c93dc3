import pytest

pytest_plugins = ["tests.plugins.services", "tests.plugins.province"]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests last: Playwright keeps an event loop in this thread, beside which no other may run."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)
