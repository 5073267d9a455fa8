"""The product's settings with a quick password hash: hundreds of agents sign in before a proof begins."""

from retention_desk.settings import *  # noqa: F403, TID251

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
