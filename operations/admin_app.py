"""Django's admin, with the site of the archive."""

from django.contrib.admin.apps import AdminConfig


class ArchiveAdminConfig(AdminConfig):
    """The app of the admin."""

    default_site = "operations.admin_site.ArchiveAdminSite"
