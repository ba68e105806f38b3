"""The instruments of the trade, each a named constructor over the plan algebra.

An instrument is a `Change` to a `Basis`; any set of them is composed into one set of terms.
"""
