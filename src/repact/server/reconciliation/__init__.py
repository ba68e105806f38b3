"""Outside, repayments and books, laid beside each other every day; what differs, and why."""
