// SPDX-License-Identifier: Apache-2.0
package org.purespark.signing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.List;
import java.util.Optional;
import org.purespark.InputException;
import org.purespark.storage.Storage;

/** A private key on one of the curves P-256, P-384 and P-521, which signs. */
public final class SigningKey {
    /** 1.2.840.10045.2.1: a key on an elliptic curve. */
    private static final byte[] EC_KEY = {0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 0x02, 0x01};

    private static final byte[] PROBE = "a message".getBytes(StandardCharsets.US_ASCII);

    private final ECPrivateKey key;
    private final Curve curve;
    private final VerifyingKey publicKey;

    private SigningKey(ECPrivateKey key, Curve curve, VerifyingKey publicKey) {
        this.key = key;
        this.curve = curve;
        this.publicKey = publicKey;
    }

    /**
     * The key in a PEM file: PKCS 8 ({@code PRIVATE KEY}) or SEC 1 ({@code EC PRIVATE KEY}), not encrypted.
     *
     * @throws InputException if there is no such file, or no such key in it
     */
    public static SigningKey read(Storage storage, String address) throws IOException {
        Pem pem = Pem.read(storage, address, "a private key", List.of(Pem.PRIVATE, Pem.PRIVATE_EC));
        try {
            Der sec1 = pem.label().equals(Pem.PRIVATE_EC) ? only(Der.all(pem.content())) : ofPkcs8(pem.content());
            Der algorithm = pem.label().equals(Pem.PRIVATE_EC)
                    ? Der.sequence(new Der(Der.OBJECT, EC_KEY), curveOf(sec1, address))
                    : only(Der.all(pem.content())).inside(Der.SEQUENCE).get(1);
            byte[] pkcs8 = Der.sequence(
                            new Der(Der.INTEGER, new byte[] {0}), algorithm, new Der(Der.OCTET_STRING, sec1.encoded()))
                    .encoded();
            VerifyingKey publicKey = VerifyingKey.of(
                    Der.sequence(algorithm, publicPoint(sec1, address)).encoded(), address);
            ECPrivateKey key =
                    (ECPrivateKey) KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
            Curve curve = Curve.of(key).orElseThrow(() -> VerifyingKey.otherCurve(address));
            SigningKey signing = new SigningKey(key, curve, publicKey);
            if (!publicKey.accepts(PROBE, signing.sign(PROBE))) {
                throw new InputException("the public key that " + address + " holds beside the private one does not"
                        + " belong to it: make another key");
            }
            return signing;
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new InputException(
                    "cannot read the private key in " + address + ": expected an EC key on P-256, P-384 or P-521", e);
        }
    }

    /** The SEC 1 structure in a PKCS 8 one: {version, algorithm, octets}. */
    private static Der ofPkcs8(byte[] content) {
        List<Der> parts = only(Der.all(content)).inside(Der.SEQUENCE);
        if (parts.size() < 3 || parts.get(2).tag() != Der.OCTET_STRING) {
            throw new IllegalArgumentException("no private key in the structure");
        }
        return only(Der.all(parts.get(2).content()));
    }

    /** The curve's name in a SEC 1 structure, marked with 0. */
    private static Der curveOf(Der sec1, String place) {
        return part(sec1, 0).orElseThrow(() -> unnamedCurve(place));
    }

    private static InputException unnamedCurve(String place) {
        return new InputException("the key in " + place + " does not name its curve: write it as PKCS 8 (openssl pkcs8"
                + " -topk8 -nocrypt -in FILE -out FILE)");
    }

    /** The public key in a SEC 1 structure, marked with 1. */
    private static Der publicPoint(Der sec1, String place) {
        return part(sec1, 1)
                .orElseThrow(() -> new InputException("the private key in " + place
                        + " comes without its public key, which a signature names: write it again with"
                        + " openssl pkey -in FILE -out FILE"));
    }

    private static Optional<Der> part(Der sec1, int number) {
        return sec1.inside(Der.SEQUENCE).stream()
                .filter(value -> value.tag() == Der.marked(number))
                .findFirst()
                .map(value -> only(Der.all(value.content())));
    }

    private static Der only(List<Der> values) {
        if (values.size() != 1) {
            throw new IllegalArgumentException(values.size() + " values, expected one");
        }
        return values.get(0);
    }

    /** The signature of this message, in DER; another one each time. */
    byte[] sign(byte[] message) {
        try {
            Signature signature = Signature.getInstance(curve.signature());
            signature.initSign(key);
            signature.update(message);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("cannot sign with " + curve.signature(), e);
        }
    }

    /** The key that checks its signatures. */
    public VerifyingKey publicKey() {
        return publicKey;
    }
}
