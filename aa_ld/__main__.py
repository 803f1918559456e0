"""`python -m aa_ld`, the same as the command aa-ld."""

from aa_ld.cli import main

raise SystemExit(main())
