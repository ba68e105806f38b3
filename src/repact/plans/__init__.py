"""The plan engine: a position and terms in, an exact schedule out. No lender here."""
