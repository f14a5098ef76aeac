// SPDX-License-Identifier: Apache-2.0
package org.purespark.locate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.purespark.checkpoint.CheckpointReader;
import org.purespark.checkpoint.ModelAddress;
import org.purespark.encoder.Activation;
import org.purespark.encoder.ClassifierKind;
import org.purespark.encoder.EncoderConfig;
import org.purespark.encoder.EncoderPart;
import org.purespark.encoder.ParameterList;
import org.purespark.heads.Head;
import org.purespark.locate.Localization.Detail;
import org.purespark.locate.Place.Span;
import org.purespark.storage.Storage;

class ChangePlanTest {
    private static final Storage STORAGE = new Storage(new Configuration(false));
    private static final ModelAddress CLEAN = ModelAddress.of("clean");

    private static EncoderConfig golden(String family) throws IOException {
        return new CheckpointReader(STORAGE)
                .readShape(Path.of("src/test/resources/golden", family, "model").toString());
    }

    private static ChangePlan plan(EncoderConfig encoder, Detail detail) {
        return new ChangePlan(encoder, ParameterList.of(encoder, ClassifierKind.LINEAR, 2), detail);
    }

    private static List<Change> transplants(EncoderConfig encoder, Detail detail) {
        Set<String> names = ParameterList.ofEncoder(encoder).byName().keySet();
        return plan(encoder, detail).transplants(new ChangePlan.Clean(CLEAN, names));
    }

    private static List<String> places(List<Change> changes) {
        return changes.stream().map(change -> change.place().inWords()).toList();
    }

    private static List<String> names(Change change) {
        return ((Transplant) ((Change.OtherWeights) change).change()).names();
    }

    @Test
    void headsAndMlpOfEachLayerAreSwitchedOff() throws IOException {
        List<Change> changes = plan(golden("bert"), Detail.LAYERS).switchedOff();
        assertThat(places(changes))
                .containsExactly(
                        "attention of layer 0",
                        "attention of layer 1",
                        "attention of layer 2",
                        "MLP of layer 0",
                        "MLP of layer 1",
                        "MLP of layer 2");
        assertThat(changes).extracting(Change::way).containsOnly(Way.OFF);
        assertThat(((Change.ClosedHeads) changes.get(1)).heads())
                .containsExactly(new Head(1, 0), new Head(1, 1), new Head(1, 2), new Head(1, 3));
        assertThat(((Change.OtherWeights) changes.get(4)).change())
                .isEqualTo(new Zeros(List.of(EncoderPart.OUTPUT.weight(1), EncoderPart.OUTPUT.bias(1))));
    }

    @Test
    void transplantsAreSinglePartsThenLayersFromBelowFromAboveAndAll() throws IOException {
        List<Change> changes = transplants(golden("bert"), Detail.LAYERS);
        assertThat(places(changes))
                .containsExactly(
                        "word embeddings",
                        "positions and types",
                        "attention of layer 0",
                        "attention of layer 1",
                        "attention of layer 2",
                        "MLP of layer 0",
                        "MLP of layer 1",
                        "MLP of layer 2",
                        "layer 0",
                        "layers 0 to 1",
                        "layers 0 to 2",
                        "layer 2",
                        "layers 1 to 2",
                        "whole encoder");
        assertThat(changes).extracting(Change::way).containsOnly(Way.TRANSPLANT);
        assertThat(names(changes.get(0))).containsExactly(EncoderPart.WORD_EMBEDDINGS.weight());
        assertThat(names(changes.get(11)))
                .allSatisfy(name -> assertThat(name).startsWith("encoder.layer.2."))
                .hasSize(16);
    }

    @Test
    void eachHeadIsChangedByItselfWhereThatIsAskedFor() throws IOException {
        EncoderConfig encoder = golden("bert");
        List<Change> off = plan(encoder, Detail.HEADS).switchedOff();
        assertThat(places(off)).hasSize(6 + 12).endsWith("head 2 of layer 2", "head 3 of layer 2");
        assertThat(((Change.ClosedHeads) off.get(off.size() - 1)).heads()).containsExactly(new Head(2, 3));
        List<Change> transplants = transplants(encoder, Detail.HEADS);
        assertThat(places(transplants)).hasSize(14 + 12).contains("head 3 of layer 0");
        Change head = transplants.get(8 + 4 + 2);
        assertThat(head.place()).isEqualTo(Place.ofHead(Span.one(1), 2));
        assertThat(((Change.OtherWeights) head).change())
                .isEqualTo(new HeadTransplant(
                        CLEAN,
                        2,
                        List.of(
                                EncoderPart.QUERY.weight(1),
                                EncoderPart.KEY.weight(1),
                                EncoderPart.VALUE.weight(1),
                                EncoderPart.QUERY.bias(1),
                                EncoderPart.KEY.bias(1),
                                EncoderPart.VALUE.bias(1),
                                EncoderPart.ATTENTION_OUTPUT.weight(1))));
    }

    @Test
    void layersThatShareWeightsAreChangedTogether() throws IOException {
        EncoderConfig albert = golden("albert");
        int last = albert.layers() - 1;
        assertThat(last).isPositive();
        List<String> off = places(plan(albert, Detail.LAYERS).switchedOff());
        assertThat(off).hasSize(last + 2).contains("attention of layer " + last);
        assertThat(off.get(last + 1)).isEqualTo("MLP of layers 0 to " + last);
        assertThat(places(transplants(albert, Detail.LAYERS)))
                .containsExactly(
                        "word embeddings",
                        "positions and types",
                        "attention of layers 0 to " + last,
                        "MLP of layers 0 to " + last,
                        "layers 0 to " + last,
                        "whole encoder");
    }

    @Test
    void theClassifiersInnerLayerIsTransplantedOnlyFromAModelThatHasOne() throws IOException {
        EncoderConfig encoder = golden("bert");
        ParameterList parameters =
                ParameterList.of(encoder, ClassifierKind.dense(Activation.TANH, ClassifierKind.Input.AS_IT_IS), 2);
        ChangePlan plan = new ChangePlan(encoder, parameters, Detail.LAYERS);
        Set<String> without = ParameterList.ofEncoder(encoder).byName().keySet();
        assertThat(places(plan.transplants(new ChangePlan.Clean(CLEAN, without))))
                .doesNotContain("inner layer of the classifier");
        assertThat(places(plan.transplants(
                        new ChangePlan.Clean(CLEAN, parameters.byName().keySet()))))
                .contains("inner layer of the classifier");
    }

    /** A tensor that no part has would be in no change, and the backdoor in it would not be found. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "albert",
                "bert",
                "deberta-v2",
                "distilbert",
                "electra",
                "modernbert",
                "mpnet",
                "roberta",
                "xlm-roberta"
            })
    void singlePartsTogetherAreTheWholeEncoder(String family) throws IOException {
        EncoderConfig encoder = golden(family);
        List<Change> changes = transplants(encoder, Detail.LAYERS);
        List<String> single = new ArrayList<>();
        for (Change change : changes) {
            if (!Set.of(Part.LAYERS, Part.ENCODER).contains(change.place().part())) {
                single.addAll(names(change));
            }
        }
        Set<String> all = ParameterList.ofEncoder(encoder).byName().keySet();
        assertThat(single).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(all);
        assertThat(names(changes.get(changes.size() - 1))).containsExactlyInAnyOrderElementsOf(all);
    }

    @Test
    void everyPartOfAnEncoderHasOnePlace() {
        Set<EncoderPart> placed = new TreeSet<>();
        for (Part part : Part.values()) {
            for (EncoderPart own : part.own()) {
                assertThat(placed.add(own)).as(own + " twice").isTrue();
                assertThat(own.inLayers()).isEqualTo(part == Part.ATTENTION || part == Part.MLP);
            }
        }
        Set<EncoderPart> expected = new TreeSet<>(Set.of(EncoderPart.values()));
        expected.remove(EncoderPart.CLASSIFIER);
        assertThat(placed).isEqualTo(expected);
    }

    @Test
    void aPlaceThatIsNoneIsRefused() {
        assertThatThrownBy(() -> new Place(Part.MLP, 2, 1, null)).hasMessage("layers 2 to 1 of MLP");
        assertThatThrownBy(() -> new Place(Part.MLP, 1, null, null)).hasMessage("layers 1 to null of MLP");
        assertThatThrownBy(() -> new Place(Part.HEAD, 1, 1, null)).hasMessage("head null of HEAD");
    }
}
