"""Evaluate a policing programme claim by claim: data in, frozen results out.

The notebooks in ``notebooks/`` are the work; this package is what they share. Modules are stacked in floors
(CONTRIBUTING.md) and imports only go down. Importing the package imports nothing heavy.
"""

__version__ = "0.1.0"
