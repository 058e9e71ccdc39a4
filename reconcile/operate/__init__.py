"""The imperative half: what a person orders by name, outside of any spec."""
