"""Real database servers as processes: found, fetched, started and stopped."""
