"""Plans in files: GeoJSON both ways, IFC taken over."""
