"""Fixity: reads the files that are held again and again, and finds those whose bits have changed."""
