// SPDX-License-Identifier: Apache-2.0
package org.purespark.storage;

import java.io.IOException;
import java.io.InputStream;

/** A file that is read from any place. Not for several threads. */
public abstract class SeekableInput extends InputStream {
    /** Bytes in the file. */
    public abstract long length();

    /** The byte that is read next, from 0. */
    public abstract long position();

    /**
     * Moves to a byte of the file.
     *
     * @throws java.io.EOFException where the file has no such place
     */
    public abstract void seek(long position) throws IOException;
}
