"""Addresses of one's own account (/desk/account/)."""

from django.urls import URLPattern, URLResolver, path

from archive.views import account

urlpatterns: list[URLPattern | URLResolver] = [
    path("desk/account/", account.account, name="account"),
    path("desk/account/password/", account.password, name="account-password"),
    path("desk/account/code/", account.code, name="account-code"),
    path("desk/account/second-factor/", account.second_factor, name="account-second-factor"),
    path("desk/account/backup-codes/", account.backup_codes, name="account-backup-codes"),
]
