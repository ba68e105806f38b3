"""Pure double entry: the chart of accounts, balanced entries, journal templates."""
