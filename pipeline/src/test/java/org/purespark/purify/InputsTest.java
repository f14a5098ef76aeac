// SPDX-License-Identifier: Apache-2.0
package org.purespark.purify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

class InputsTest {
    private final Inputs whole = Inputs.builder()
            .model("m")
            .classifier("c")
            .baseModel("b")
            .cleanModel("cm")
            .otherModel("om")
            .train("tr")
            .validation("v")
            .test("te")
            .poisonedTest("p")
            .target("1")
            .build();

    @Test
    void whatIsNotGivenIsAbsent() {
        Inputs some = Inputs.builder().train("t").test(null).build();
        assertThat(some.train()).hasValue("t");
        assertThat(some.test()).isEmpty();
        assertThat(some.target()).isEmpty();
        assertThat(some.given()).isEqualTo(Map.of("train", "t"));
    }

    @Test
    void eachInputHasItsName() {
        assertThat(whole.given())
                .isEqualTo(Map.of(
                        "model",
                        "m",
                        "classifier",
                        "c",
                        "base-model",
                        "b",
                        "clean-model",
                        "cm",
                        "other-model",
                        "om",
                        "train",
                        "tr",
                        "validation",
                        "v",
                        "test",
                        "te",
                        "poisoned-test",
                        "p"));
        assertThat(whole.given()).containsOnlyKeys(Inputs.NAMES);
        assertThat(whole.target()).hasValue("1");
    }

    @Test
    void unknownNamesAreRefused() {
        assertThatThrownBy(() -> Inputs.builder().address("tset", "t"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("no input is called tset; the inputs are [model, classifier, base-model, clean-model,"
                        + " other-model, train, validation, test, poisoned-test]");
    }

    @Test
    void whatIsMissingIsTakenFromTheOther() {
        Inputs all = Inputs.builder().train("other").build().orElse(whole);
        assertThat(all.train()).hasValue("other");
        assertThat(all.model()).hasValue("m");
        assertThat(all.classifier()).hasValue("c");
        assertThat(all.target()).hasValue("1");
    }

    @Test
    void classifierGoesToNoOtherModel() {
        Inputs other = Inputs.builder().model("n").build().orElse(whole);
        assertThat(other.model()).hasValue("n");
        assertThat(other.classifier()).isEmpty();
        Inputs same = Inputs.builder().model("m").build().orElse(whole);
        assertThat(same.classifier()).hasValue("c");
        Inputs own = Inputs.builder().model("n").classifier("d").build().orElse(whole);
        assertThat(own.classifier()).hasValue("d");
    }

    @Test
    void addressesCanBeChangedTogether() {
        Inputs changed = whole.withAddresses(address -> "/" + address);
        assertThat(changed.poisonedTest()).hasValue("/p");
        assertThat(changed.target()).hasValue("1");
        assertThat(whole.poisonedTest()).hasValue("p");
    }
}
