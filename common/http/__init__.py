"""HTTP for all rooms: limits, security headers, the client's address, byte ranges."""
