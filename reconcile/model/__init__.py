"""The nouns of a run: frozen values without I/O, which every room may import."""
