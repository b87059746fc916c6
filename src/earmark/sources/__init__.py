"""Where live sound comes from: addresses that may be asked, and bytes from them."""

from earmark.sources.addresses import AddressPolicy
from earmark.sources.client import Client, Limits
from earmark.sources.opening import LiveSource, Opener
from earmark.sources.urls import redacted

__all__ = ["AddressPolicy", "Client", "Limits", "LiveSource", "Opener", "redacted"]
