"""Regions that rows know by their Chinese names alone, in the reader's language."""

import pytest

from portal import regions
from portal.locale import speaking


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regions, "_english", {"赣州市": "Ganzhou", "章贡区": "Zhanggong District"})


@pytest.mark.parametrize(
    ("names", "chinese", "english"),
    [
        (("章贡区",), "章贡区", "Zhanggong District"),
        (("赣州市", "章贡区"), "赣州市章贡区", "Ganzhou Zhanggong District"),
        (("无名区",), "无名区", "无名区"),
        (("",), "", ""),
    ],
)
def test_regions_are_named_from_above_down(names: tuple[str, ...], chinese: str, english: str) -> None:
    with speaking("zh_CN"):
        assert regions.named(*names) == chinese
    with speaking("en"):
        assert regions.named(*names) == english
