"""The Salesforce client: requests are values, one session carries them all."""
