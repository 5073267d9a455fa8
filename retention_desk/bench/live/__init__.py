"""``python3 manage.py bench live``: what open event streams cost, and how long news takes."""
