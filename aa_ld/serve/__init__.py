"""`aa-ld serve`: a local SPARQL endpoint and web page over what is loaded.

>>> from aa_ld.serve import Settings
>>> Settings().host
'127.0.0.1'
"""

from aa_ld.serve.running import Served, serve
from aa_ld.serve.settings import Settings

__all__ = ["Served", "Settings", "serve"]
