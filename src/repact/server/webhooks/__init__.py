"""What systems outside tell us: signed, kept once, carried on from an inbox."""
