"""Which tables are there, and what does each hold? One ``load_*`` per table; ``datasets`` names them all.

The modules of this folder belong to floor 1 together with ``datasets`` and are the only ones that open ``data/``.
"""
