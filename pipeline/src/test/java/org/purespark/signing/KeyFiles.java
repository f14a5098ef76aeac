// SPDX-License-Identifier: Apache-2.0
package org.purespark.signing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.purespark.storage.Storage;

/** A new pair of keys in files, as OpenSSL writes them: {@code key.pem} and {@code key.pub}. */
public record KeyFiles(Path directory) {
    private static final Storage STORAGE = new Storage(new Configuration());

    /** How the private key is written. */
    enum Form {
        /** {@code openssl genpkey}. */
        PKCS8,
        /** {@code openssl ecparam -genkey}. */
        SEC1
    }

    public static KeyFiles in(Path directory) throws IOException {
        try {
            return in(directory, "secp256r1");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    static KeyFiles in(Path directory, String curve) throws IOException, GeneralSecurityException {
        return in(directory, curve, Form.PKCS8);
    }

    static KeyFiles in(Path directory, String curve, Form form) throws IOException, GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec(curve));
        KeyPair pair = generator.generateKeyPair();
        List<Der> spki = Der.all(pair.getPublic().getEncoded()).get(0).inside(Der.SEQUENCE);
        List<Der> pkcs8 = Der.all(pair.getPrivate().getEncoded()).get(0).inside(Der.SEQUENCE);
        Der algorithm = pkcs8.get(1);
        List<Der> sec1 = Der.all(pkcs8.get(2).content()).get(0).inside(Der.SEQUENCE);
        Der curveName = algorithm.inside(Der.SEQUENCE).get(1);
        Der marked = new Der(Der.marked(1), spki.get(1).encoded());
        Der whole = form == Form.PKCS8
                ? Der.sequence(sec1.get(0), sec1.get(1), marked)
                : Der.sequence(sec1.get(0), sec1.get(1), new Der(Der.marked(0), curveName.encoded()), marked);
        String privatePem = form == Form.SEC1
                ? block("EC PARAMETERS", curveName.encoded()) + block(Pem.PRIVATE_EC, whole.encoded())
                : block(
                        Pem.PRIVATE,
                        Der.sequence(pkcs8.get(0), algorithm, new Der(Der.OCTET_STRING, whole.encoded()))
                                .encoded());
        Files.writeString(directory.resolve("key.pem"), privatePem);
        Files.writeString(
                directory.resolve("key.pub"), Pem.publicKey(pair.getPublic().getEncoded()));
        return new KeyFiles(directory);
    }

    static String block(String label, byte[] content) {
        return "-----BEGIN " + label + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content) + "\n-----END " + label
                + "-----\n";
    }

    public String privateKey() {
        return directory.resolve("key.pem").toString();
    }

    public String publicKey() {
        return directory.resolve("key.pub").toString();
    }

    SigningKey signing() throws IOException {
        return SigningKey.read(STORAGE, privateKey());
    }

    public VerifyingKey verifying() throws IOException {
        return VerifyingKey.read(STORAGE, publicKey());
    }
}
