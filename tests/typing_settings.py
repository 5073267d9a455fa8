"""The settings for tools that only read code, like the type checker: real, with addresses that reach nobody."""

import os

from retention_desk.embedded.environment import throwaway

for _name, _value in throwaway().items():
    os.environ.setdefault(_name, _value)

from retention_desk.settings import *  # noqa: E402, F403, TID251
