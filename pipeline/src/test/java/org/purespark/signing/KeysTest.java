// SPDX-License-Identifier: Apache-2.0
package org.purespark.signing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.purespark.InputException;
import org.purespark.storage.Storage;

class KeysTest {
    private static final Storage STORAGE = new Storage(new Configuration());

    @TempDir
    private Path directory;

    @Test
    void aFileThatIsMissingIsNamed() {
        assertRefused(
                () -> SigningKey.read(STORAGE, path("no.pem")),
                "there is no file " + path("no.pem") + ": name a private key in PEM");
    }

    @Test
    void aFileWithoutAKeyIsRefused() throws IOException {
        Files.writeString(directory.resolve("text.pem"), "hello");
        assertRefused(
                () -> VerifyingKey.read(STORAGE, path("text.pem")),
                "cannot read " + path("text.pem") + ": it holds no key in PEM, expected a public key (PUBLIC KEY)");
    }

    @Test
    void thePublicKeyDoesNotSignAndThePrivateOneDoesNotVerify() throws IOException {
        KeyFiles keys = KeyFiles.in(directory);
        assertRefused(
                () -> SigningKey.read(STORAGE, keys.publicKey()),
                keys.publicKey() + " holds a PUBLIC KEY, expected a private key (PRIVATE KEY)");
        assertRefused(
                () -> VerifyingKey.read(STORAGE, keys.privateKey()),
                keys.privateKey() + " holds a PRIVATE KEY, expected a public key (PUBLIC KEY)");
    }

    @Test
    void anEncryptedKeyIsRefused() throws IOException {
        for (String text : List.of(
                "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n",
                "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END EC PRIVATE KEY-----\n")) {
            Files.writeString(directory.resolve("locked.pem"), text);
            assertRefused(
                    () -> SigningKey.read(STORAGE, path("locked.pem")),
                    "the key in " + path("locked.pem") + " is encrypted, which is not read: write it without a password"
                            + " into a file that only you can read (openssl pkey -in FILE -out FILE)");
        }
    }

    @Test
    void aKeyWithoutItsPublicPartIsRefused() throws Exception {
        // Java writes none
        byte[] bare = KeyPairGenerator.getInstance("EC")
                .generateKeyPair()
                .getPrivate()
                .getEncoded();
        Files.writeString(directory.resolve("bare.pem"), KeyFiles.block(Pem.PRIVATE, bare));
        assertRefused(
                () -> SigningKey.read(STORAGE, path("bare.pem")),
                "the private key in " + path("bare.pem") + " comes without its public key, which a signature names:"
                        + " write it again with openssl pkey -in FILE -out FILE");
    }

    @Test
    void aKeyOfAnotherKindIsRefused() throws Exception {
        byte[] rsa = KeyPairGenerator.getInstance("RSA")
                .generateKeyPair()
                .getPublic()
                .getEncoded();
        Files.writeString(directory.resolve("rsa.pub"), Pem.publicKey(rsa));
        assertRefused(
                () -> VerifyingKey.read(STORAGE, path("rsa.pub")),
                "cannot read the public key in " + path("rsa.pub") + ": expected an EC key on P-256, P-384 or P-521");
    }

    @Test
    void damagedKeysAreRefused() throws IOException {
        KeyFiles keys = KeyFiles.in(directory);
        byte[] whole = Pem.read(STORAGE, keys.privateKey(), "a private key", List.of(Pem.PRIVATE))
                .content();
        int refused = 0;
        for (int at = 0; at < whole.length; at++) {
            byte[] damaged = whole.clone();
            damaged[at] ^= 0x41;
            Files.writeString(directory.resolve("damaged.pem"), KeyFiles.block(Pem.PRIVATE, damaged));
            try {
                SigningKey.read(STORAGE, path("damaged.pem"));
            } catch (InputException e) {
                refused++;
            }
        }
        // but for bytes that say nothing, such as a version
        assertThat(refused).isBetween(whole.length - 3, whole.length);
    }

    private void assertRefused(ThrowingCallable call, String message) {
        assertThatThrownBy(call).isInstanceOf(InputException.class).hasMessage(message);
    }

    private String path(String name) {
        return directory.resolve(name).toString();
    }
}
