"""The engines' own rules, as pure functions from a database to a database."""
