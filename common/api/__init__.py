"""Bases for the API: paging and content negotiation."""
