"""From specs to plans and runs, without argv and without output: what is shown is told to the process."""
