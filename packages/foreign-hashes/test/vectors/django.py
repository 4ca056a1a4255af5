"""Hashes as Django writes them. Debian 12: apt-get install python3-django python3-bcrypt python3-argon2

    python3 django.py > django.jsonl

Django 3.2 writes all but scrypt, which came with 4.0: that one is hashlib's, in Django's spelling.
"""

import base64
import hashlib
import json
import sys

sys.path.pop(0)  # This file is called as the package it needs.

from django.conf import settings
from django.contrib.auth.hashers import make_password

settings.configure(
    PASSWORD_HASHERS=[
        "django.contrib.auth.hashers." + name
        for name in (
            "PBKDF2PasswordHasher",
            "PBKDF2SHA1PasswordHasher",
            "Argon2PasswordHasher",
            "BCryptSHA256PasswordHasher",
            "BCryptPasswordHasher",
        )
    ]
)

LONG = "a long way to the seventy-second byte, and then some more of it: " * 2
PASSWORDS = ["river stones 1843", "пароль из кириллицы 🐎", LONG]


def tell(form, password, stored):
    print(json.dumps({"form": form, "password": password, "stored": stored}, ensure_ascii=False))


for form in ("pbkdf2_sha256", "pbkdf2_sha1", "argon2", "bcrypt_sha256", "bcrypt"):
    for password in PASSWORDS:
        tell("django " + form, password, make_password(password, hasher=form))

for p in (1, 5):
    salt = "kq3vGc7xWmEj0bNfTz9Yhu"
    digest = hashlib.scrypt(
        PASSWORDS[1].encode(), salt=salt.encode(), n=16384, r=8, p=p, maxmem=64 << 20, dklen=64
    )
    stored = "scrypt$%d$%s$%d$%d$%s" % (16384, salt, 8, p, base64.b64encode(digest).decode())
    tell("django scrypt", PASSWORDS[1], stored)
