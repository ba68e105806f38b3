"""Pages for the borrower, on a phone."""
