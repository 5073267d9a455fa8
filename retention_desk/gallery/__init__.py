"""Every state of the screens to look at, for developers: the real templates on facts made up for them. Nothing is read
from the database or written to it. There only with GALLERY set (DESK_GALLERY=1).
"""
