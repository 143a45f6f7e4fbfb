"""The app of the addresses that sst_archive published."""

from django.apps import AppConfig


class FormerAddressesConfig(AppConfig):
    """Addresses of sst_archive."""

    name = "predecessor.addresses"
    label = "former_addresses"
    verbose_name = "Addresses of sst_archive"
