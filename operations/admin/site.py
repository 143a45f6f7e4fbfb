"""The admin site: its titles and its front page."""

from django.contrib import admin

admin.site.site_header = admin.site.site_title = "Solar archive"
admin.site.index_title = "Administration"
admin.site.enable_nav_sidebar = False  # The front page has the links, and lists need the room.
admin.site.index_template = "operations/front_page.html"
