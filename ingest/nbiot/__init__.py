"""NB-IoT devices behind an operator's platform: CTWing and OneNET."""
