// SPDX-License-Identifier: Apache-2.0
package org.purespark.spark;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.spark.SparkException;
import org.junit.jupiter.api.Test;

class TrainingJobTest {
    @Test
    void aFailedJobIsToldByTheFirstLineOfItsMessage() {
        Throwable failure = new SparkException("\nJob aborted due to stage failure\n\tat somewhere");
        assertThat(new TrainingJob.FailedException(failure).reason()).isEqualTo("Job aborted due to stage failure");
    }

    @Test
    void aFailureWithoutMessageIsToldByItsKind() {
        assertThat(new TrainingJob.FailedException(new IllegalStateException()).reason())
                .isEqualTo("IllegalStateException");
        assertThat(new TrainingJob.FailedException(new IllegalStateException(" \n")).reason())
                .isEqualTo("IllegalStateException");
    }
}
