"""YAML text → Desired: what people wrote, checked, with the place of every value."""
