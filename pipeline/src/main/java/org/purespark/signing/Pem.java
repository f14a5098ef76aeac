// SPDX-License-Identifier: Apache-2.0
package org.purespark.signing;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.purespark.InputException;
import org.purespark.Shown;
import org.purespark.storage.FileKind;
import org.purespark.storage.Storage;

/**
 * A key's file in PEM (RFC 7468): base64 between two lines that name what it is.
 *
 * @param label what it is: {@code PRIVATE KEY}
 * @param content in DER
 */
record Pem(String label, byte[] content) {
    static final String PUBLIC = "PUBLIC KEY";
    /** PKCS 8. */
    static final String PRIVATE = "PRIVATE KEY";
    /** SEC 1, which {@code openssl ecparam -genkey} writes. */
    static final String PRIVATE_EC = "EC PRIVATE KEY";

    private static final String PARAMETERS = "EC PARAMETERS";
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]{1,40})-----(.*?)-----END \\1-----", Pattern.DOTALL);

    /**
     * The key in the file.
     *
     * @param what it should be, for messages: {@code a private key}
     * @param labels the labels that it may have
     * @throws InputException if there is no such file, or something else in it
     */
    static Pem read(Storage storage, String address, String what, List<String> labels) throws IOException {
        String text;
        try {
            text = storage.readText(address, FileKind.KEY);
        } catch (FileNotFoundException e) {
            throw new InputException("there is no file " + address + ": name " + what + " in PEM", e);
        }
        Matcher blocks = BLOCK.matcher(text);
        while (blocks.find()) {
            String label = blocks.group(1);
            if (label.equals(PARAMETERS)) {
                continue;
            }
            if (label.equals("ENCRYPTED PRIVATE KEY") || blocks.group(2).contains("ENCRYPTED")) {
                throw new InputException("the key in " + address + " is encrypted, which is not read: write it without"
                        + " a password into a file that only you can read (openssl pkey -in FILE -out FILE)");
            }
            if (!labels.contains(label)) {
                throw new InputException(
                        address + " holds a " + Shown.of(label) + ", expected " + what + " (" + labels.get(0) + ")");
            }
            try {
                return new Pem(label, Base64.getMimeDecoder().decode(blocks.group(2)));
            } catch (IllegalArgumentException e) {
                throw new InputException("cannot read the key in " + address + ": it is not base64", e);
            }
        }
        throw new InputException(
                "cannot read " + address + ": it holds no key in PEM, expected " + what + " (" + labels.get(0) + ")");
    }

    /** The public key as PEM, as OpenSSL writes it. */
    static String publicKey(byte[] content) {
        return "-----BEGIN " + PUBLIC + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content)
                + "\n-----END " + PUBLIC + "-----\n";
    }
}
