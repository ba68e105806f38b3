"""The lender, its products and where its systems are."""
