"""Buttons that tell a store what they mean."""

import pytest
from dash.exceptions import PreventUpdate

from portal.components.press import press, pressed


def test_a_button_says_what_it_means_without_a_space() -> None:
    """Scripts and journeys find a button by its words."""
    shown = press("确认", "vision-pressed", {"act": "confirm", "why": "误报"}, className="primary").to_plotly_json()
    assert shown["props"]["data-press"] == '{"act":"confirm","why":"误报"}'
    assert shown["props"]["data-to"] == "vision-pressed"
    assert shown["props"]["className"] == "primary"


def test_what_was_pressed() -> None:
    assert pressed({"id": 3, "at": 1}, "id") == {"id": 3, "at": 1}


@pytest.mark.parametrize("data", [None, "drop", [], {}, {"at": 1}])
def test_nothing_pressed_asks_for_nothing(data: object) -> None:
    with pytest.raises(PreventUpdate):
        pressed(data, "id")
