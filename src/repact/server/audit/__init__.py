"""What happened, who did it, and the walls between lenders: append-only."""
