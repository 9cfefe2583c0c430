"""Fresh looks at Coven that need no running service: what `check` judges."""
