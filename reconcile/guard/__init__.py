"""Guards: small pure callables from a plan to findings, each with a stable code."""
