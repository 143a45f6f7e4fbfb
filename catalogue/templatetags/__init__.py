"""What the templates of the pages are given beside Django's own tags."""
