"""What people see of the archive: pages, the read API, search and paging, downloads."""
