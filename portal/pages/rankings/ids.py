"""Ids of the rankings page's moving parts."""

BODY = "rankings-body"
CONTROLS = "rankings-controls"
ACCESS_HEAT = "rankings-access-heat"
DUTY_HEAT = "rankings-duty-heat"
EXPORT = "rankings-export"
DOWNLOAD = "rankings-download"
