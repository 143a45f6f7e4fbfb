"""Tags and filters of the templates that all rooms use."""
