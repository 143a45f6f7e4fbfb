"""Webhooks: signed POSTs that tell receivers of events, and pipelines of the end of their orders."""
