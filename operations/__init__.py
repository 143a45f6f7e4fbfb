"""What those who run the archive look at: health, metrics, log lines, and the admin pages that show several rooms."""
