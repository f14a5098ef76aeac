// SPDX-License-Identifier: Apache-2.0
package org.purespark.defence;

import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.purespark.checkpoint.Checkpoint;
import org.purespark.checkpoint.ModelAddress;
import org.purespark.checkpoint.Tensor;
import org.purespark.config.DefenceChoice;
import org.purespark.config.RepairSettings;
import org.purespark.encoder.EncoderPart;
import org.purespark.random.SeededRandom;
import org.purespark.storage.Storage;
import org.purespark.train.WeightChange;

/**
 * The suspect's weights mixed with the clean pre-trained ones, then fine-tuning (Zhang and others: Fine-mixing,
 * Mitigating Backdoors in Fine-tuned Language Models, EMNLP Findings 2022, section 3). Each entry of the
 * encoder's tensors stays the suspect's with probability {@code repair.suspect-share}, else it is the clean model's.
 * Then embedding purification: the {@code repair.replaced-words} words with the largest |e - e'| / ln(max(n, 20)) get
 * the clean embedding e' again, n being how often the word is in texts.
 *
 * <p>The paper counts n in a large corpus, this project in the clean train texts.
 */
record FineMixing() implements Defence {
    @Override
    public DefenceChoice choice() {
        return DefenceChoice.FINE_MIXING;
    }

    @Override
    public Set<DefenceNeed> needs() {
        return Set.of(DefenceNeed.CLEAN_MODEL);
    }

    @Override
    public RepairPlan plan(Clues clues) throws IOException {
        RepairSettings repair = clues.settings().repair();
        ModelAddress clean = clues.model(DefenceNeed.CLEAN_MODEL);
        TreeMap<String, String> facts = new TreeMap<>();
        facts.put("repair.suspect-share", Double.toString(repair.suspectShare()));
        facts.put("repair.replaced-words", Integer.toString(repair.replacedWords()));
        Mixture mixture = new Mixture(
                clean,
                repair.suspectShare(),
                clues.settings().seed(),
                new Words(repair.replacedWords(), clues.tokenCounts()));
        return RepairPlan.of(Tuning.plain(clues.settings().train()).withChanges(List.of(mixture)), facts);
    }

    /**
     * The words whose embeddings become clean.
     *
     * @param number of them; all, if it is more than V
     * @param counts [V] n of each word
     */
    record Words(int number, int[] counts) implements java.io.Serializable {
        private static final int FEWEST = 20;

        /**
         * Token ids, the most suspicious first, ties by id.
         *
         * @param suspect [V, W]
         * @param clean [V, W]
         */
        int[] chosen(Tensor suspect, Tensor clean) {
            int width = suspect.shape()[1];
            double[] scores = new double[suspect.shape()[0]];
            for (int word = 0; word < scores.length; word++) {
                double squares = 0;
                for (int i = word * width; i < (word + 1) * width; i++) {
                    double moved = (double) suspect.values()[i] - clean.values()[i];
                    squares += moved * moved;
                }
                scores[word] = Math.sqrt(squares) / Math.log(Math.max(counts[word], FEWEST));
            }
            return IntStream.range(0, scores.length)
                    .boxed()
                    .sorted(Comparator.comparingDouble((Integer word) -> scores[word])
                            .reversed()
                            .thenComparing(Comparator.naturalOrder()))
                    .limit(number)
                    .mapToInt(word -> word)
                    .toArray();
        }
    }

    /** Mixes, and gives words their clean embeddings. */
    record Mixture(ModelAddress clean, double suspectShare, long seed, Words words) implements WeightChange {
        @Override
        public void apply(Checkpoint start, SortedMap<String, Tensor> tensors, Storage storage) throws IOException {
            SortedMap<String, Tensor> others = OtherEncoder.tensors(storage, clean, start);
            String embeddings = EncoderPart.WORD_EMBEDDINGS.weight();
            int[] chosen = words.chosen(tensors.get(embeddings), others.get(embeddings));
            others.forEach((name, other) -> mix(name, tensors.get(name).values(), other.values()));
            int width = tensors.get(embeddings).shape()[1];
            for (int word : chosen) {
                System.arraycopy(
                        others.get(embeddings).values(),
                        word * width,
                        tensors.get(embeddings).values(),
                        word * width,
                        width);
            }
        }

        private void mix(String name, float[] mixed, float[] other) {
            SeededRandom random = SeededRandom.of(seed, SeededRandom.Purpose.MIXTURE, name.hashCode());
            for (int i = 0; i < mixed.length; i++) {
                if (random.nextDouble() >= suspectShare) {
                    mixed[i] = other[i];
                }
            }
        }

        @Override
        public WeightChange absolute(Storage storage) throws IOException {
            return new Mixture(clean.absolute(storage), suspectShare, seed, words);
        }
    }
}
