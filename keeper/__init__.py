"""Looks at storage for new, changed and missing files, and at their bits. It posts orders, and never ingests."""
