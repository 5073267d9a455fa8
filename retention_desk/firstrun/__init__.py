"""The first start of an empty desk: its first administrator, company, sites and teams, and rules to begin with."""
