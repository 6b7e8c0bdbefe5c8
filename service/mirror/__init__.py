"""The two sides of one record: its link, our row in canonical values, references between records."""
