"""The addresses that sst_archive published: each leads to what it shows here."""
