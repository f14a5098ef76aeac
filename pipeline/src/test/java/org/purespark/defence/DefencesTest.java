// SPDX-License-Identifier: Apache-2.0
package org.purespark.defence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.purespark.InputException;
import org.purespark.checkpoint.Checkpoint;
import org.purespark.config.DefenceChoice;
import org.purespark.encoder.EncoderPart;

/** Each defence on a tiny encoder, from its plan to the repaired model. */
class DefencesTest {
    @TempDir
    private Path directory;

    static Stream<DefenceChoice> choices() {
        return Arrays.stream(DefenceChoice.values()).filter(choice -> choice != DefenceChoice.AUTO);
    }

    @ParameterizedTest
    @MethodSource("choices")
    void theRepairedModelTellsTheClasses(DefenceChoice choice) throws Exception {
        Repair.Places places = repaired(DefenceCase.of(directory, "bert", choice));
        assertThat(DefenceCase.of(directory, "bert", choice).accuracy(places.output()))
                .isGreaterThan(0.8);
        Checkpoint repaired = DefenceCase.read(places.output());
        assertThat(repaired.labels()).isEqualTo(DefenceCase.LABELS);
        assertThat(repaired.prunedHeads()).hasSize(Defences.of(choice).usesHeadSearch() ? 2 : 0);
    }

    private Repair.Places repaired(DefenceCase of) throws Exception {
        DefenceCase clues = of.with(DefenceNeed.CLEAN_MODEL, of.another("clean", 5))
                .with(DefenceNeed.OTHER_MODEL, of.another("other", 6));
        clues.baseline();
        Repair.Places places = clues.places("repaired");
        RepairPlan plan = Defences.of(of.settings().defence()).plan(clues);
        clues.repair().run("normalize", plan, places, DefenceCase.export(), (tuning, steps) -> assertThat(steps)
                .isNotEmpty());
        return places;
    }

    @Test
    void allChoicesButTheChoosingOneAreDefences() {
        assertThat(Defences.all().stream().map(Defence::choice))
                .containsExactlyElementsOf(choices().toList());
        assertThatThrownBy(() -> Defences.of(DefenceChoice.AUTO))
                .isInstanceOf(InputException.class)
                .hasMessage("defence=auto is not one of pure, prune-only, penalty-only, ft, fth, meft, re-init,"
                        + " fine-pruning, fine-mixing, clean-start, wag, nad");
    }

    @ParameterizedTest
    @MethodSource("choices")
    void aModelThatIsNeededAndNotGivenIsAskedFor(DefenceChoice choice) throws Exception {
        DefenceCase clues = DefenceCase.of(directory, "bert", choice);
        Defence defence = Defences.of(choice);
        for (DefenceNeed need : defence.needs()) {
            assertThatThrownBy(() -> defence.plan(clues))
                    .isInstanceOf(InputException.class)
                    .hasMessage("defence=" + choice.spelling() + " needs " + need.inWords() + ": give " + need.option()
                            + " DIR");
        }
        assertThat(defence.needs())
                .isEqualTo(
                        switch (choice) {
                            case FINE_MIXING, CLEAN_START -> Set.of(DefenceNeed.CLEAN_MODEL);
                            case WAG -> Set.of(DefenceNeed.OTHER_MODEL);
                            default -> Set.of();
                        });
    }

    @ParameterizedTest
    @EnumSource(names = {"FINE_MIXING", "CLEAN_START", "WAG"})
    void aModelOfOtherShapesIsRefusedByTensor(DefenceChoice choice) {
        String distil = "src/test/resources/golden/distilbert/model";
        String albert = "src/test/resources/golden/albert/model";
        assertThatThrownBy(() -> withOther(choice, distil))
                .isInstanceOf(InputException.class)
                .hasMessage("the model " + distil + " does not fit the suspect: tensor"
                        + " embeddings.token_type_embeddings.weight has shape [2, 48] in the suspect, and is not there"
                        + " here; give a model with the suspect's architecture and vocabulary");
        assertThatThrownBy(() -> withOther(choice, albert))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("the model " + albert + " does not fit the suspect: tensor"
                        + " embeddings.word_embeddings.weight has shape [2500, 48] in the suspect, and [91, 24] here");
    }

    private void withOther(DefenceChoice choice, String other) throws Exception {
        DefenceCase clues = DefenceCase.of(directory, "bert", choice)
                .with(DefenceNeed.CLEAN_MODEL, other)
                .with(DefenceNeed.OTHER_MODEL, other);
        RepairPlan plan = Defences.of(choice).plan(clues);
        clues.repair().run("normalize", plan, clues.places("unfit"), DefenceCase.export(), (tuning, steps) -> {});
    }

    @Test
    void moreNewLayersThanThereAreAreRefused() {
        DefenceCase clues = DefenceCase.of(directory, "bert", DefenceChoice.RE_INIT, "repair.new-layers=4");
        assertThatThrownBy(() -> new NewTopLayers().plan(clues))
                .isInstanceOf(InputException.class)
                .hasMessage("repair.new-layers=4, but the suspect's encoder has 3 layers: lower it");
    }

    @Test
    void newLayersOfAnEncoderThatSharesThemAreRefused() {
        DefenceCase clues = DefenceCase.of(directory, "albert", DefenceChoice.RE_INIT);
        assertThatThrownBy(() -> new NewTopLayers().plan(clues))
                .isInstanceOf(InputException.class)
                .hasMessage("defence=re-init draws single layers anew, but all layers of this encoder share their"
                        + " weights: choose another defence");
    }

    /** Rows, bias and columns stay zero in four epochs with decay and momentum. */
    @ParameterizedTest
    @ValueSource(strings = {"bert", "modernbert", "albert"})
    void prunedNeuronsStayZeroInFineTuning(String family) throws Exception {
        DefenceCase clues = DefenceCase.of(directory, family, DefenceChoice.FINE_PRUNING);
        clues.baseline();
        int[][] dormant = FinePruning.dormant(clues.encoder(), clues.neuronActivity(), 0.3);
        Checkpoint repaired = DefenceCase.read(repaired(clues).output());
        int hidden = repaired.encoder().hidden();
        int neurons = repaired.encoder().intermediate();
        for (int l = 0; l < repaired.encoder().layers(); l++) {
            if (repaired.encoder().parameterLayer(l) != l) {
                assertThat(dormant[l]).as("weights of another layer").isEmpty();
                continue;
            }
            List<Integer> zero = Arrays.stream(dormant[l]).boxed().toList();
            assertThat(zero).as("30 % of " + neurons).hasSize(28);
            float[] in =
                    repaired.tensors().get(EncoderPart.INTERMEDIATE.weight(l)).values();
            float[] out = repaired.tensors().get(EncoderPart.OUTPUT.weight(l)).values();
            for (int row = 0; row < in.length / hidden; row++) {
                int from = row * hidden;
                boolean allZero = isZero(Arrays.copyOfRange(in, from, from + hidden));
                assertThat(allZero).as("row " + row).isEqualTo(zero.contains(row % neurons));
            }
            for (int column = 0; column < neurons; column++) {
                float[] values = new float[hidden];
                for (int d = 0; d < hidden; d++) {
                    values[d] = out[d * neurons + column];
                }
                assertThat(isZero(values)).as("column " + column).isEqualTo(zero.contains(column));
            }
        }
    }

    private static boolean isZero(float[] values) {
        for (float value : values) {
            if (value != 0) {
                return false;
            }
        }
        return true;
    }
}
