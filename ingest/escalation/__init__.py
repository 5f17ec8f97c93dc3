"""The program that climbs ladders and draws the letters."""
