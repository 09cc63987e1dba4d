"""A person's own order log: read, classed by what exchanges say their codes mean, and counted minute by minute."""
