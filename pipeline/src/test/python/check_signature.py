# SPDX-License-Identifier: Apache-2.0
"""Verifies a signature of this project with the OpenSSF's reference implementation, and that it refuses a changed byte.

    pip install model-signing==1.1.1 pyOpenSSL
    python check_signature.py MODEL_DIRECTORY SIGNATURE PUBLIC_KEY

Works on a copy. Exit status 1 where the signature is refused, or a change of any one file is not.
"""

import pathlib
import shutil
import sys
import tempfile

import model_signing


def verify(model, signature, key):
    model_signing.verifying.Config().use_elliptic_key_verifier(public_key=key).verify(model, signature)


def main():
    model, signature, key = map(pathlib.Path, sys.argv[1:4])
    verify(model, signature, key)
    print(f"{signature}: accepted")
    accepted = []
    with tempfile.TemporaryDirectory() as directory:
        copy = pathlib.Path(directory) / "model"
        shutil.copytree(model, copy)
        for file in sorted(path for path in copy.rglob("*") if path.is_file()):
            if file.name == "model.sig":
                continue
            content = file.read_bytes()
            file.write_bytes(bytes([content[0] ^ 1]) + content[1:] if content else b"x")
            try:
                verify(copy, signature, key)
                accepted.append(file.name)
            except ValueError as refusal:
                print(f"changed {file.relative_to(copy)}: refused: {str(refusal)[:60]}")
            file.write_bytes(content)
    print(f"changed and accepted: {accepted or 'none'}")
    return 1 if accepted else 0


if __name__ == "__main__":
    sys.exit(main())
