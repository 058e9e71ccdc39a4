"""Arguments → wiring → exit status."""
