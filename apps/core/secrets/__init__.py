"""Secrets that the platform must be able to use: passwords of sources, keys of AI services.

    class Connection(models.Model):
        password = EncryptedTextField(_("password"), blank=True)

    connection.password = "s3cret"          # encrypted at once
    connection.password.reveal()            # the only way to read it
    connection.password.set_at              # when it was given

Encrypted with the first of `FIELD_ENCRYPTION_KEYS`, readable with any of them. No form, page, API, export, log or repr
shows one: an attribute is a `Secret`, which holds the ciphertext alone. Passwords of people are hashed, not encrypted:
they have no place here.
"""

from apps.core.secrets.encryption import Secret, Undecipherable
from apps.core.secrets.fields import EncryptedTextField

__all__ = ["EncryptedTextField", "Secret", "Undecipherable"]
