"""From two states to a plan: pure, ordered, deterministic."""
