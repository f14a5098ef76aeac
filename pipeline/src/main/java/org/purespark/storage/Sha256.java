// SPDX-License-Identifier: Apache-2.0
package org.purespark.storage;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256, as 64 hexadecimal digits. */
public final class Sha256 {
    private Sha256() {}

    /** Of these bytes. */
    public static String of(byte[] bytes) {
        return hex(start().digest(bytes));
    }

    /** A digest of nothing yet. */
    static MessageDigest start() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    static String hex(byte[] digest) {
        return HexFormat.of().formatHex(digest);
    }
}
