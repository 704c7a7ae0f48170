"""Made-up input for everything that reads from outside: `make fuzz CASES=...` tries more of it than `make test`."""
