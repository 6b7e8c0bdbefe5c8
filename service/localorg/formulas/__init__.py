"""Formulas and validation rules: parse, check at install, evaluate."""
