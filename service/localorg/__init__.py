"""A Salesforce-compatible org that installs our package and refuses what Salesforce refuses."""
