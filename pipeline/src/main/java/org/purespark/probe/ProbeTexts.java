// SPDX-License-Identifier: Apache-2.0
package org.purespark.probe;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.purespark.attack.TextOfClass;
import org.purespark.batch.BlockStore;
import org.purespark.batch.EncodedSplit;
import org.purespark.batch.SplitBuilder;
import org.purespark.text.EncodedText;
import org.purespark.text.TextParts;

/**
 * The texts of all probes as one split, so that a model needs one pass for the whole battery. First come the texts
 * without any probe, which are the control of every probe. Then come each probe's texts whose token ids differ from
 * those without it. A text that is too long is shortened at its end, with and without probe alike, until cutting to the
 * longest length removes no insertion. Of a pair the longer text is shortened first.
 */
public final class ProbeTexts {
    /** Token ids of texts, each cut to the longest length. */
    @FunctionalInterface
    public interface Encoder {
        /** One for each text, in order. */
        List<EncodedText> encode(List<TextParts> texts);
    }

    /**
     * How often a model's predictions flip to one class.
     *
     * @param target the class
     * @param texts number of texts that the probe changes and whose true class is another
     * @param flips how many of them are predicted as the target with the probe
     * @param controlFlips how many of them are predicted as the target without the probe
     */
    public record Flips(int target, int texts, int flips, int controlFlips) {}

    private final ProbeBattery battery;
    private final int[] labels;
    private final int shortened;
    private final List<ProbeOutcome> outcomes = new ArrayList<>();
    /** By probe: indices of the texts that it changes. */
    private final List<int[]> changed = new ArrayList<>();
    /** By probe: index in the split of its first text. */
    private final List<Integer> starts = new ArrayList<>();

    private final EncodedSplit split;

    private ProbeTexts(ProbeBattery battery, int[] labels, List<Base> bases) {
        this.battery = battery;
        this.labels = labels;
        this.shortened = (int) bases.stream().filter(Base::shortened).count();
        List<EncodedText> all = new ArrayList<>();
        bases.forEach(base -> all.add(base.plain()));
        for (int p = 0; p < battery.probes().size(); p++) {
            starts.add(all.size());
            int[] texts = new int[bases.size()];
            int count = 0;
            boolean fits = true;
            for (int i = 0; i < texts.length; i++) {
                EncodedText probed = bases.get(i).probed().get(p);
                fits &= probed != null;
                if (probed != null && !probed.hasInputOf(bases.get(i).plain())) {
                    all.add(probed);
                    texts[count++] = i;
                }
            }
            changed.add(Arrays.copyOf(texts, count));
            ProbeOutcome tried = count == 0 ? ProbeOutcome.NO_EFFECT : ProbeOutcome.TRIED;
            outcomes.add(fits ? tried : ProbeOutcome.TOO_LONG);
        }
        SplitBuilder builder = new SplitBuilder(BlockStore.HEAP);
        all.forEach(text -> builder.add(text.ids(), text.second(), EncodedSplit.NO_LABEL));
        this.split = builder.build();
    }

    /**
     * A text in its final length.
     *
     * @param plain without any probe
     * @param probed with each probe; null for a probe that is too long
     */
    private record Base(boolean shortened, EncodedText plain, List<EncodedText> probed) {}

    /**
     * Tries every probe on every text.
     *
     * @param texts clean, with their true classes, at least one
     * @param maxLength most token ids of a text, special ones included
     * @param seed decides the places that a probe does not fix
     */
    public static ProbeTexts of(
            ProbeBattery battery, List<TextOfClass> texts, Encoder encoder, int maxLength, long seed) {
        boolean[] tooLong = new boolean[battery.probes().size()];
        for (int p = 0; p < tooLong.length; p++) {
            if (battery.probes().get(p).change() instanceof Change.Insertion insertion) {
                int alone = encoder.encode(List.of(TextParts.single(insertion.inserted())))
                        .get(0)
                        .fullLength();
                tooLong[p] = 2 * alone > maxLength;
            }
        }
        Fitting fitting = new Fitting(battery, tooLong, encoder, maxLength, seed);
        List<Base> bases = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            bases.add(fitting.fit(texts.get(i).parts(), i));
        }
        return new ProbeTexts(
                battery, texts.stream().mapToInt(TextOfClass::label).toArray(), bases);
    }

    /** Shortens texts until no insertion is cut off. */
    private record Fitting(ProbeBattery battery, boolean[] tooLong, Encoder encoder, int maxLength, long seed) {
        Base fit(TextParts text, int index) {
            List<EncodedText> whole = encoded(text, index);
            if (fits(whole)) {
                return base(whole, false);
            }
            // a word takes at least one token: more words than tokens never fit
            ShortenedText words = ShortenedText.of(text, maxLength);
            int kept = 0;
            int tooMany = words.size() + 1;
            List<EncodedText> best = encoded(words.first(0), index);
            while (kept + 1 < tooMany) {
                int middle = (kept + tooMany) >>> 1;
                List<EncodedText> tried = encoded(words.first(middle), index);
                if (fits(tried)) {
                    kept = middle;
                    best = tried;
                } else {
                    tooMany = middle;
                }
            }
            return base(best, true);
        }

        /** The text without probe, then with each probe that is not too long. */
        private List<EncodedText> encoded(TextParts text, int index) {
            List<TextParts> forms = new ArrayList<>();
            forms.add(text);
            for (int p = 0; p < tooLong.length; p++) {
                if (!tooLong[p]) {
                    forms.add(battery.probes().get(p).on(text, seed, index));
                }
            }
            return encoder.encode(forms);
        }

        /** A change of the whole text, such as its case, is still there after cutting; an insertion may be lost. */
        private boolean fits(List<EncodedText> forms) {
            if (forms.get(0).cut()) {
                return false;
            }
            int form = 1;
            for (int p = 0; p < tooLong.length; p++) {
                if (!tooLong[p]
                        && forms.get(form++).cut()
                        && battery.probes().get(p).change() instanceof Change.Insertion) {
                    return false;
                }
            }
            return true;
        }

        private Base base(List<EncodedText> forms, boolean shortened) {
            List<EncodedText> probed = new ArrayList<>();
            int form = 1;
            for (boolean without : tooLong) {
                probed.add(without ? null : forms.get(form++));
            }
            return new Base(shortened, forms.get(0), probed);
        }
    }

    /** The texts that a model has to classify, without labels. */
    public EncodedSplit split() {
        return split;
    }

    /** Number of texts without probe. */
    public int texts() {
        return labels.length;
    }

    /** How many of them are shortened so that insertions are not cut off. */
    public int shortened() {
        return shortened;
    }

    /** What happens to a probe, by its index in the battery. */
    public ProbeOutcome outcome(int probe) {
        return outcomes.get(probe);
    }

    /** How many texts' token ids a probe changes. */
    public int changed(int probe) {
        return changed.get(probe).length;
    }

    /**
     * The flips of one probe by a model's predictions, for each class to which a changed text can flip.
     *
     * @param predictions class of each text of {@link #split()}
     * @param classes C
     */
    public List<Flips> flips(int probe, int[] predictions, int classes) {
        if (predictions.length != split.size()) {
            throw new IllegalArgumentException(predictions.length + " predictions for " + split.size() + " texts");
        }
        return flips(probe, classes, new FlipJudge() {
            @Override
            public boolean canFlip(int text, int target) {
                return labels[text] != target;
            }

            @Override
            public boolean isFlipped(int text, int tried, int target) {
                return predictions[tried] == target;
            }
        });
    }

    /**
     * The flips of one probe, for each target to which a changed text can flip.
     *
     * @param targets number of targets
     * @param judge says what a flip is, by a model's answers to the texts of {@link #split()}
     */
    public List<Flips> flips(int probe, int targets, FlipJudge judge) {
        List<Flips> flips = new ArrayList<>();
        int[] texts = changed.get(probe);
        int start = starts.get(probe);
        for (int target = 0; target < targets; target++) {
            int others = 0;
            int flipped = 0;
            int control = 0;
            for (int i = 0; i < texts.length; i++) {
                if (judge.canFlip(texts[i], target)) {
                    others++;
                    flipped += judge.isFlipped(texts[i], start + i, target) ? 1 : 0;
                    control += judge.isFlipped(texts[i], texts[i], target) ? 1 : 0;
                }
            }
            if (others > 0) {
                flips.add(new Flips(target, others, flipped, control));
            }
        }
        return flips;
    }

    public ProbeBattery battery() {
        return battery;
    }
}
