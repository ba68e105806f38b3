"""The walls between lenders: whose rows a connection may see, and the base of every row."""
