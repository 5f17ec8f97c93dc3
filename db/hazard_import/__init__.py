"""Taking over a bureau's hazard ledger: good rows in, the others back with every reason."""
