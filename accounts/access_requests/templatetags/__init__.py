"""What other pages show of requests for access."""
