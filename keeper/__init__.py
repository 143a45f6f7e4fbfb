"""What the archive does unasked: it looks after its storage, and says what is new. Ingestion is left to the queue."""
