"""The lender's book as we know it now: positions, holds, both clocks of days past due."""
