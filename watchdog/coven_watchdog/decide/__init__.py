"""What changed and who must hear it: verdicts in, incidents, plans and messages out. Pure."""
