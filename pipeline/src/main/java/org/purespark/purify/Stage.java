package org.purespark.purify;

import java.io.IOException;
import org.purespark.run.StageNeeds;

/** One stage of a purification: what it takes in, and its work. */
interface Stage {
    StageNeeds needs();

    /** Writes the stage's outputs into the run directory. */
    void run() throws IOException;
}
