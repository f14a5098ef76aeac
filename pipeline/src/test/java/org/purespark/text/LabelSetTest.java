// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.purespark.InputException;

class LabelSetTest {
    private static final List<String> NAMES = List.of("negative", "positive");

    @Test
    void namesOfTheCheckpointComeFirst() {
        LabelSet labels = resolve(NAMES, table("train.csv", "positive", "negative"), List.of());
        assertThat(labels).isEqualTo(new LabelSet(NAMES, NAMES, LabelSource.CHECKPOINT_NAMES));
        assertThat(labels.indexOf("positive")).isEqualTo(1);
        LabelSet swapped = resolve(List.of("1", "0"), table("train.csv", "0", "1"), List.of());
        assertThat(swapped.source()).isEqualTo(LabelSource.CHECKPOINT_NAMES);
        assertThat(swapped.indexOf("1")).isZero();
    }

    @Test
    void idsOfTheCheckpointComeNext() {
        LabelSet labels = resolve(NAMES, table("train.csv", "1", "0"), List.of(table("test.csv", "1")));
        assertThat(labels).isEqualTo(new LabelSet(NAMES, List.of("0", "1"), LabelSource.CHECKPOINT_IDS));
        assertThat(labels.indexOf("1")).isEqualTo(1);
        assertThat(labels.indexOf("positive")).isEqualTo(1);
        LabelSet three = resolve(List.of("a", "b", "c"), table("train.csv", "2", "0"), List.of());
        assertThat(three.size()).isEqualTo(3);
        assertThat(resolve(List.of("a", "a"), table("train.csv", "1", "0"), List.of())
                        .source())
                .isEqualTo(LabelSource.CHECKPOINT_IDS);
    }

    @Test
    void otherwiseTrainsLabelsAreSorted() {
        LabelSet numbers = resolve(NAMES, table("train.csv", "10", "9", "-1", "9"), List.of());
        assertThat(numbers.names()).containsExactly("-1", "9", "10");
        assertThat(numbers.source()).isEqualTo(LabelSource.TRAIN);
        LabelSet words = resolve(List.of(), table("train.csv", "b", "10", "9"), List.of());
        assertThat(words.labels()).containsExactly("10", "9", "b");
        assertThat(words.indexOf("b")).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource({"Negative, POSITIVE", "0.0, 1.0", "0, 1.00"})
    void otherSpellingsOfNamesAndIdsAreTheClassesToo(String first, String second) {
        LabelSet labels = resolve(NAMES, table("train.csv", second, first), List.of());
        assertThat(labels)
                .isEqualTo(new LabelSet(NAMES, List.of(first, second), LabelSource.CHECKPOINT_SPELT))
                .isEqualTo(ofCheckpoint(NAMES, List.of(table("train.csv", second, first))));
        assertThat(labels.indexOf(second)).isEqualTo(1);
        assertThat(ofCheckpoint(NAMES, List.of(table("test.csv", second))).labels())
                .containsExactly("negative", second);
    }

    @Test
    void labelsThatMayMeanTheClassesAreRefusedWithTheMapThatWouldWork() {
        assertRefused(
                () -> resolve(NAMES, table("train.csv", "2", "1"), List.of()),
                "train.csv: the labels 1, 2 are not the classes of the model, negative, positive; say which means"
                        + " which, such as --labels '1=negative,2=positive', or give the model a new classifier with"
                        + " --labels new");
        assertRefused(
                () -> ofCheckpoint(NAMES, List.of(table("test.csv", "2", "1"))),
                "test.csv, line 2, column label: label 2 is no class of the checkpoint; its classes are negative,"
                        + " positive (or 0 to 1); say which means which, such as --labels '1=negative,2=positive'");
        assertRefused(
                () -> resolve(NAMES, table("train.csv", "negative", "Negative"), List.of()),
                "train.csv: the labels Negative, negative are not the classes of the model, negative, positive; say"
                        + " which means which, such as --labels 'Negative=positive,negative=negative', or give the"
                        + " model a new classifier with --labels new");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a;b       | b;c       | b=b,c=a",
                "a;b       | a;1       | 1=b,a=a",
                "a;b       | b;0.0     | 0.0=a,b=b",
                "a;b       | A;x       | A=a,x=b",
                "a;b;c     | c;2       | 2=a,c=c",
                "a;b       | 1;2       | 1=a,2=b",
                "a;b       | 1.0;2.0   | 1.0=a,2.0=b",
                "a;a;b     | b;x       | b=b,x=0",
                "n, m;x=1;it's | p;q;r | p=0,q=1,r=2",
                "a;b       | x=1;y     | x=1=a,y=b",
            })
    void theProposedMapKeepsWhatIsClearAndCanBeGiven(String classes, String labels, String map) {
        List<String> names = List.of(classes.split(";"));
        FoundLabels train = table("train.csv", labels.split(";"));
        assertThatThrownBy(() -> resolve(names, train, List.of()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("; say which means which, such as --labels '" + map + "', or give the model");
        LabelSet taken = LabelSet.resolve(names, train, List.of(), LabelChoice.of(map));
        assertThat(taken.source()).isEqualTo(LabelSource.CHECKPOINT_MAPPED);
    }

    @Test
    void aLabelThatAMapCannotHaveIsToBeWrittenOtherwise() {
        assertThatThrownBy(() -> resolve(NAMES, table("train.csv", "good, very", "x"), List.of()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("negative, positive; write them in the data as the classes' names, or all as"
                        + " their numbers 0 to 1 (--labels takes no label with a comma), or give the model a new");
        assertThatThrownBy(() -> resolve(NAMES, table("train.csv", "it's", "x"), List.of()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("such as --labels 'it'\\''s=negative,x=positive', or");
    }

    @Test
    void spacesAroundTheNameOfAClassDoNotCount() {
        List<String> names = List.of(" neg", "pos ");
        LabelSet labels = resolve(names, table("train.csv", "pos", "neg"), List.of());
        assertThat(labels)
                .isEqualTo(new LabelSet(names, List.of("neg", "pos"), LabelSource.CHECKPOINT_NAMES))
                .isEqualTo(ofCheckpoint(names, List.of(table("test.csv", "pos", "neg"))));
        LabelSet mapped =
                LabelSet.resolve(names, table("train.csv", "x", "y"), List.of(), LabelChoice.of("x=pos,y=neg"));
        assertThat(mapped.indexOf("x")).isEqualTo(1);
    }

    @Test
    void itIsKnownWhetherNamesAreNumbersOfOtherClassesToo() {
        FoundLabels numbers = table("train.csv", "1", "2");
        LabelSet shifted = resolve(List.of("1", "2", "3"), numbers, List.of());
        assertThat(shifted.indexOf("1")).as("by name").isZero();
        assertThat(shifted.namesAreOtherNumbers()).isTrue();
        assertThat(resolve(List.of("0", "1", "2"), numbers, List.of()).namesAreOtherNumbers())
                .isFalse();
        assertThat(resolve(List.of("a", "b", "c"), numbers, List.of()).namesAreOtherNumbers())
                .isFalse();
    }

    @Test
    void aNameOfTwoClassesIsNoneInAMap() {
        assertRefused(
                () -> LabelSet.resolve(
                        List.of("a", "a", "b"), table("train.csv", "x", "y"), List.of(), LabelChoice.of("x=a,y=b")),
                "--labels: several classes of the checkpoint have the name a; give the number of one, 0 to 2");
    }

    @Test
    void aNewClassifierNeedsATraining() {
        assertRefused(
                () -> LabelSet.ofCheckpoint(NAMES, List.of(table("test.csv", "0")), LabelChoice.of("new")),
                "text.labels (--labels) is new, which is for trainings: here the classes are those of the checkpoint,"
                        + " negative, positive; leave it out");
    }

    @Test
    void theUserSaysWhichLabelMeansWhichClass() {
        LabelChoice map = LabelChoice.of("1 = positive, 2=0");
        FoundLabels train = table("train.csv", "2", "1");
        LabelSet labels = LabelSet.resolve(NAMES, train, List.of(), map);
        assertThat(labels).isEqualTo(new LabelSet(NAMES, List.of("2", "1"), LabelSource.CHECKPOINT_MAPPED));
        assertThat(LabelSet.ofCheckpoint(NAMES, List.of(train), map)).isEqualTo(labels);
        LabelSet fresh = LabelSet.resolve(NAMES, train, List.of(), LabelChoice.of("new"));
        assertThat(fresh).isEqualTo(new LabelSet(List.of("1", "2"), List.of("1", "2"), LabelSource.TRAIN));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1=positive | it has no pair for the label 2 of the data; its pairs are for 1",
                "1=positive,2=1 | two labels mean the class positive; write them the same in the data",
                "1=positive,2=2 | 2 is no class of the checkpoint; its classes are negative, positive (or 0 to 1)"
            })
    void aMapThatDoesNotFitIsRefused(String map, String message) {
        FoundLabels train = table("train.csv", "2", "1");
        assertRefused(() -> LabelSet.resolve(NAMES, train, List.of(), LabelChoice.of(map)), "--labels: " + message);
    }

    @Test
    void aMapThatCannotBeReadIsRefused() {
        assertRefused(
                () -> LabelChoice.of("a=b,c"),
                "text.labels (--labels) is \"a=b,c\": \"c\" is no pair; write label=CLASS for each label, with commas"
                        + " between them, or new for a new classifier");
        assertRefused(
                () -> LabelChoice.of("a=b,a=c"),
                "text.labels (--labels) is \"a=b,a=c\": label a is there twice; write label=CLASS for each label, with"
                        + " commas between them, or new for a new classifier");
    }

    @Test
    void unknownLabelIsRefusedWithTheKnownOnes() {
        LabelSet ids = resolve(NAMES, table("train.csv", "1", "0"), List.of());
        assertRefused(() -> ids.indexOf("2"), "unknown label 2; the labels are 0, 1, or by name negative, positive");
        LabelSet own = resolve(List.of(), table("train.csv", "a", "b"), List.of());
        assertRefused(() -> own.indexOf("0"), "unknown label 0; the labels are a, b");
    }

    @Test
    void labelOfAnotherSplitThatTrainLacksIsRefused() {
        FoundLabels train = table("train.csv", "0", "1");
        FoundLabels test = table("test.csv", "0", "1", "2");
        assertRefused(
                () -> resolve(List.of("a", "b", "c"), train, List.of(train, test)),
                "test.csv, line 4, column label: label 2 does not occur in train.csv, whose labels are 0, 1; every"
                        + " split must have the same labels");
        FoundLabels rows = table("test.parquet", RowUnit.ROW, "0", "1", "2").labels();
        assertRefused(
                () -> LabelSet.requireLabelsOf(train, rows),
                "test.parquet, row 4, column label: label 2 does not occur in train.csv, whose labels are 0, 1; every"
                        + " split must have the same labels");
        FoundLabels made = new TextTable("made texts", List.of(new LabelledText("x", "2"))).labels();
        assertThatThrownBy(() -> LabelSet.requireLabelsOf(train, made))
                .hasMessageStartingWith("made texts, text 1, column label: label 2 does not occur");
    }

    @Test
    void classAbsentFromASplitIsRefusedOnlyWhereAsked() {
        FoundLabels train = table("train.csv", "2", "0", "1");
        FoundLabels validation = table("validation.csv", "1");
        assertThat(resolve(List.of(), train, List.of(validation)).size()).isEqualTo(3);
        assertRefused(
                () -> LabelSet.requireEveryClass(train, validation),
                "validation.csv: no text has label 0 or 2, which occurs in train.csv; add texts of every class");
        LabelSet.requireEveryClass(validation, train);
    }

    @Test
    void oneClassIsRefused() {
        assertRefused(
                () -> resolve(NAMES, table("train.csv", "1", "1"), List.of()),
                "train.csv: has one label only (1); a classifier needs texts of two classes at least");
        FoundLabels unlabelled = new TextTable("train.csv", List.of(new LabelledText("x", null, 2))).labels();
        assertRefused(
                () -> resolve(NAMES, unlabelled, List.of()),
                "train.csv: has no labels; a classifier needs texts of two classes at least");
    }

    @Test
    void checkpointUsedAsItIsTakesNamesOrIdsAlone() {
        FoundLabels some = new TextTable(
                        "data.csv", List.of(new LabelledText("a", null, 2), new LabelledText("b", "positive", 3)))
                .labels();
        assertThat(ofCheckpoint(NAMES, List.of(some)).source()).isEqualTo(LabelSource.CHECKPOINT_NAMES);
        assertThat(ofCheckpoint(NAMES, List.of(table("data.csv", "1"))).source())
                .isEqualTo(LabelSource.CHECKPOINT_IDS);
        assertThat(ofCheckpoint(NAMES, List.of()).size()).isEqualTo(2);
        assertRefused(
                () -> ofCheckpoint(NAMES, List.of(table("data.csv", "1", "2"))),
                "data.csv, line 3, column label: label 2 is no class of the checkpoint; its classes are negative,"
                        + " positive (or 0 to 1); say which means which, such as --labels '1=negative,2=positive'");
        assertRefused(
                () -> ofCheckpoint(NAMES, List.of(table("data.csv", "positive", "0"))),
                "data.csv, line 3, column label: label 0 is no class of the checkpoint; its classes are negative,"
                        + " positive (or 0 to 1); say which means which, such as"
                        + " --labels '0=negative,positive=positive'");
        assertRefused(
                () -> ofCheckpoint(List.of("a", "a"), List.of(table("data.csv", "a"))),
                "the names in the checkpoint's id2label are not distinct (a, a); write the labels as 0 to 1");
        assertRefused(
                () -> ofCheckpoint(List.of("a"), List.of()),
                "the checkpoint names 1 classes, two at least are needed; complete id2label in its config.json");
    }

    private static void assertRefused(org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String message) {
        assertThatThrownBy(call).isInstanceOf(InputException.class).hasMessage(message);
    }

    private static LabelSet resolve(List<String> classes, FoundLabels train, List<FoundLabels> others) {
        return LabelSet.resolve(classes, train, others, LabelChoice.AUTOMATIC);
    }

    private static LabelSet ofCheckpoint(List<String> classes, List<FoundLabels> sources) {
        return LabelSet.ofCheckpoint(classes, sources, LabelChoice.AUTOMATIC);
    }

    private static FoundLabels table(String source, String... labels) {
        return table(source, RowUnit.LINE, labels).labels();
    }

    private static TextTable table(String source, RowUnit unit, String... labels) {
        List<LabelledText> rows = new ArrayList<>();
        for (String label : labels) {
            rows.add(new LabelledText("text " + label, label, rows.size() + 2));
        }
        return new TextTable(source, rows, unit);
    }
}
