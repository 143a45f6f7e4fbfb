"""For operators and staff: health, metrics, log lines, and the admin pages that show several rooms."""
