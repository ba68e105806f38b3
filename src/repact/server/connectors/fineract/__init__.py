"""Apache Fineract as the keeper of record, over its REST API.

Written from its public API documentation and tested against a stand-in of the sandbox that keeps to
the same documentation. It was not run against a real Fineract.
"""
