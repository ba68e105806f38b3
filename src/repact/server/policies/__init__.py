"""The lender's policy versions, as published."""
