"""Carrying out a plan: what is allowed, in which order, through which executor."""
