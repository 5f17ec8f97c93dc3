"""Fire stations taken over from a spreadsheet."""
