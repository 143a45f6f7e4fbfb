"""The pages that people see: the catalogue, a cube, and the accounts of those who log in."""
