"""What this lender allows: its policy as data, what is affordable, what may be offered."""
