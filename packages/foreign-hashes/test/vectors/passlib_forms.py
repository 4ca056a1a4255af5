"""Hashes as passlib and Werkzeug write them, and argon2 of every kind.
Debian 12: apt-get install python3-passlib python3-bcrypt python3-argon2 python3-werkzeug

    python3 passlib_forms.py > passlib.jsonl
"""

import json

from argon2.low_level import Type, hash_secret
from passlib import hash as forms
from werkzeug.security import generate_password_hash

LONG = "a long way to the seventy-second byte, and then some more of it: " * 2
PASSWORDS = ["river stones 1843", "пароль из кириллицы 🐎", LONG]


def tell(form, password, stored):
    print(json.dumps({"form": form, "password": password, "stored": stored}, ensure_ascii=False))


for password in PASSWORDS:
    for name in ("pbkdf2_sha1", "pbkdf2_sha256", "pbkdf2_sha512"):
        tell("passlib " + name, password, getattr(forms, name).hash(password))
    tell("passlib scrypt", password, forms.scrypt.using(rounds=14).hash(password))
    for ident in ("2a", "2b", "2y"):
        stored = forms.bcrypt.using(rounds=6, ident=ident, truncate_error=False).hash(password)
        tell("passlib bcrypt " + ident, password, stored)
    tell("passlib bcrypt_sha256", password, forms.bcrypt_sha256.using(rounds=6).hash(password))
    stored = forms.bcrypt_sha256.using(rounds=6, version=1).hash(password)
    tell("passlib bcrypt_sha256 version 1", password, stored)
    for digest in ("sha1", "sha256", "sha512"):
        method = "pbkdf2:%s:30000" % digest
        tell("werkzeug pbkdf2", password, generate_password_hash(password, method=method))
    for kind in (Type.D, Type.I, Type.ID):
        for version in (16, 19):
            stored = hash_secret(password.encode(), b"eight or more", 3, 8192, 2, 32, kind, version)
            tell("argon2", password, stored.decode())
