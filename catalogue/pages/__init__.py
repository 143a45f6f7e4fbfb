"""The pages that people see: the catalogue and a cube."""
