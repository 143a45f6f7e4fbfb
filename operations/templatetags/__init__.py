"""What the templates of the admin's front page are given."""
