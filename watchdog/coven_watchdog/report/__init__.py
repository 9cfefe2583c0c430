"""Rows of the store in, what people and programs are shown of them out. Frozen structs: their fields are the keys of the JSON."""
