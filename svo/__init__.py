"""The SOLARNET Virtual Observatory: client, records, submission, synchronisation."""
