"""What the application's role may do with people, sessions and Django's own tables."""

from django.db import migrations

# People are never deleted, roles and permissions change only with a release, and the log of the admin only grows.
GRANTS = """
GRANT SELECT, INSERT, UPDATE ON people_user TO retention_desk_app;
GRANT SELECT, INSERT, DELETE ON people_user_groups, people_user_user_permissions TO retention_desk_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON people_session TO retention_desk_app;
GRANT SELECT ON auth_group, auth_group_permissions, auth_permission TO retention_desk_app;
GRANT SELECT ON django_content_type, django_migrations TO retention_desk_app;
GRANT SELECT, INSERT ON django_admin_log TO retention_desk_app;
"""
REVOKES = """
REVOKE ALL ON people_user, people_user_groups, people_user_user_permissions, people_session, auth_group,
    auth_group_permissions, auth_permission, django_content_type, django_migrations, django_admin_log
    FROM retention_desk_app;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0001_initial"),
        ("admin", "0003_logentry_add_action_flag_choices"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunSQL(GRANTS, REVOKES)]
