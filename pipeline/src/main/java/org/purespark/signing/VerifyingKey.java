// SPDX-License-Identifier: Apache-2.0
package org.purespark.signing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.SignatureException;
import java.security.interfaces.ECPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.List;
import org.purespark.InputException;
import org.purespark.storage.Sha256;
import org.purespark.storage.Storage;

/** A public key on one of the curves P-256, P-384 and P-521, which checks signatures. */
public final class VerifyingKey {
    private final ECPublicKey key;
    private final Curve curve;

    private VerifyingKey(ECPublicKey key, Curve curve) {
        this.key = key;
        this.curve = curve;
    }

    /**
     * The key in a PEM file.
     *
     * @throws InputException if there is no such file, or no such key in it
     */
    public static VerifyingKey read(Storage storage, String address) throws IOException {
        Pem pem = Pem.read(storage, address, "a public key", List.of(Pem.PUBLIC));
        return of(pem.content(), address);
    }

    /**
     * @param encoded SubjectPublicKeyInfo in DER
     * @param place the file, for messages
     */
    static VerifyingKey of(byte[] encoded, String place) {
        try {
            ECPublicKey key =
                    (ECPublicKey) KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(encoded));
            return new VerifyingKey(key, Curve.of(key).orElseThrow(() -> otherCurve(place)));
        } catch (GeneralSecurityException e) {
            throw new InputException(
                    "cannot read the public key in " + place + ": expected an EC key on P-256, P-384 or P-521", e);
        }
    }

    static InputException otherCurve(String place) {
        return new InputException("the key in " + place + " is on another curve than P-256, P-384 and P-521: make one"
                + " with openssl ecparam -name prime256v1 -genkey -noout -out FILE");
    }

    /** Whether the signature, in DER, is the owner's of this message. */
    boolean accepts(byte[] message, byte[] signature) {
        try {
            Signature check = Signature.getInstance(curve.signature());
            check.initVerify(key);
            check.update(message);
            return check.verify(signature);
        } catch (SignatureException e) {
            // not even the form of a signature
            return false;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform of version 17 has " + curve.signature(), e);
        }
    }

    /** What names the key in a signature: the SHA-256 of its PEM, 64 hexadecimal digits. */
    public String fingerprint() {
        return Sha256.of(Pem.publicKey(key.getEncoded()).getBytes(StandardCharsets.US_ASCII));
    }
}
