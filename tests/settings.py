"""The settings of the tests and of the live desk they start: the product's own, with a fast password hash."""

from retention_desk.settings import *  # noqa: F403, TID251

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# The tests' PostgreSQL does not wait for the disk; every other wall is looked at as anywhere.
THROWAWAY_DATABASE = True
