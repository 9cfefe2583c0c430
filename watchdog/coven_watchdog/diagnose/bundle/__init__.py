"""The diagnostics bundle: one collector per file, each failing alone; redacted, examined once more, and written at once or not at all."""
