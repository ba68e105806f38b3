"""What money is, and nothing else: amounts, rates, rounding, splitting."""
