"""Plan | Run | findings → text or JSON: pure functions to str."""
