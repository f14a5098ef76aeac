# SPDX-License-Identifier: Apache-2.0
"""Makes src/test/resources/signing: a directory, and signatures of it by the OpenSSF's reference implementation.

    pip install model-signing==1.1.1 pyOpenSSL
    python make_signatures.py OUT

OUT/model is what is signed. OUT/CURVE.pub and OUT/CURVE.sig are public key and signature by files; OUT/shards.sig lists
parts of files, by the first key. The private keys are not kept, so a new run gives other signatures.
"""

import pathlib
import sys

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
import model_signing

FILES = {
    "config.json": "{}\n",
    "model.safetensors": "not weights\n",
    "sub-a/x.txt": "sorted by parts, this comes after sub/x.txt\n",
    "sub/x.txt": "x\n",
    "größe.txt": "no ASCII\n",
    "empty.txt": "",
}
CURVES = {"p256": ec.SECP256R1(), "p384": ec.SECP384R1(), "p521": ec.SECP521R1()}


def main():
    out = pathlib.Path(sys.argv[1])
    for name, content in FILES.items():
        file = out / "model" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, encoding="utf-8")
    for name, curve in CURVES.items():
        key = ec.generate_private_key(curve)
        private = out / f"{name}.pem"
        private.write_bytes(key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
        (out / f"{name}.pub").write_bytes(key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo))
        signing = model_signing.signing.Config().use_elliptic_key_signer(private_key=private)
        signing.sign(out / "model", out / f"{name}.sig")
        if name == "p256":
            shards = model_signing.hashing.Config().use_shard_serialization()
            signing.set_hashing_config(shards).sign(out / "model", out / "shards.sig")
        private.unlink()


if __name__ == "__main__":
    main()
