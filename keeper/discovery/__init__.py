"""Discovery: finds new, changed and missing files below the science data folder, and queues the first two."""
