"""The admin: its front page, the pages of work orders, and what can be ordered on the page of cubes."""

from django.contrib import admin

from workorders.admin import cubes, orders

__all__ = ["cubes", "orders"]

admin.site.site_header = admin.site.site_title = "Solar archive"
admin.site.index_title = "Administration"
admin.site.enable_nav_sidebar = False  # The front page has the links, and lists need the room.
admin.site.index_template = "workorders/front_page.html"
