"""The one-command start: an own PostgreSQL and Valkey, the processes of the desk, and their supervisor.

Nothing here imports Django: the supervisor stays small and lives before the settings do. Production never imports it.
"""
