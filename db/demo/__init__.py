"""The demonstration province: 18,845 invented venues on real boundaries, with the bulletin's counts."""

from db.demo.load import is_loaded, load, sample_device
from db.demo.people import DemoAccount, accounts

__all__ = ["DemoAccount", "accounts", "is_loaded", "load", "sample_device"]
