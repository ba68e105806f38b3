"""What is reported to the credit bureau: told before, shown before, disputable."""
