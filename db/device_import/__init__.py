"""Taking over a bureau's or maintainer's list of devices from a spreadsheet."""
