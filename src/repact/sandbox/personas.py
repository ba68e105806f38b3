"""placeholder"""
BORROWERS=()
STAFF=()
