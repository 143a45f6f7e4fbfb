"""The archive's public side: pages, the read API, search and paging, downloads."""
