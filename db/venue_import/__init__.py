"""Taking over a bureau's spreadsheet of venues: read, check every row, record the good ones, give the others back."""
