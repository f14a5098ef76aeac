// SPDX-License-Identifier: Apache-2.0
package org.purespark.run;

import java.io.IOException;

/** One stage of a purification: what it takes in, and its work. */
public interface Stage {
    StageNeeds needs();

    /** Writes the stage's outputs where {@link RunDirectory#output} says. */
    void run() throws IOException;
}
