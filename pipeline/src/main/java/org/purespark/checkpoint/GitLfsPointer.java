// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import java.nio.charset.StandardCharsets;

/** The small text that Git LFS has in the place of a large file which is not downloaded (its specification, v1). */
final class GitLfsPointer {
    static final String ADVICE =
            "it is a Git LFS pointer, not the file itself: run \"git lfs pull\" in the model's repository";

    private static final String START = "version https://git-lfs.github.com/spec/";

    /** Bytes that tell a pointer from any other file. */
    static final int START_BYTES = START.length();

    private GitLfsPointer() {}

    /** Whether a pointer may begin with these bytes. */
    static boolean mayStart(byte[] content) {
        return START.startsWith(new String(content, StandardCharsets.ISO_8859_1));
    }

    static boolean starts(String content) {
        return content.startsWith(START);
    }

    /** @param content the file's first bytes */
    static boolean starts(byte[] content) {
        return starts(new String(content, StandardCharsets.ISO_8859_1));
    }
}
