"""What is synced with what: the YAML of `mappings/` as frozen types, checked against an org."""
