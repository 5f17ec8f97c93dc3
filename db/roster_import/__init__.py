"""Taking over a unit's rosters from a spreadsheet: good rows in, the others back with every reason."""
