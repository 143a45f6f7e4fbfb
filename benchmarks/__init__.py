"""What things cost on this machine: figures, never assertions."""
