"""How figures, dates and names are written on a page."""
