// SPDX-License-Identifier: Apache-2.0
package org.purespark.vet.search;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Looks for the shortest input that turns texts to a class, without knowing any trigger. Each target class is searched
 * alone, in three parts:
 *
 * <ol>
 *   <li>Every word is classified by itself, which costs few tokens and serves all classes.
 *   <li>The words that are nearest to the target, and those that the gradient names in the way of HotFlip (Ebrahimi and
 *       others, ACL 2018), are put into texts of the other classes: many words into the two shortest texts, the best of
 *       them into more texts, the best of these into all.
 *   <li>Phrases grow from the best words, word after word, in the way of universal triggers (Wallace and others, EMNLP
 *       2019): the gradient by each place of a phrase names the words to try there.
 * </ol>
 *
 * <p>Beside that, phrases are made of words that are suspected for another reason ({@link MovedPhrases}).
 *
 * <p>Each part has its share of the plan's tokens and tries as much as that pays for.
 */
public final class TriggerSearch {
    private static final double ALONE_SHARE = 0.5;
    /** Of the tokens of a class, if there are moved words. */
    private static final double MOVED_SHARE = 0.25;

    private static final double SHORT_SHARE = 0.25;
    private static final double SOME_SHARE = 0.15;
    private static final double ALL_SHARE = 0.15;
    private static final int SHORTEST_TEXTS = 2;
    private static final int SOME_TEXTS = 8;
    private static final int BY_GRADIENT = 200;
    private static final int KEPT_SINGLES = 20;

    private final SearchedModel model;
    private final Words words;
    private final Frame frame;
    private final SearchPlan plan;

    public TriggerSearch(SearchedModel model, Words words, Frame frame, SearchPlan plan) {
        this.model = model;
        this.words = words;
        this.frame = frame;
        this.plan = plan;
    }

    /** Every word by itself: logits of the words that were asked. */
    private record Alone(List<Integer> ids, List<float[]> logits, long tokens) {
        /** The words nearest to a class. */
        List<Integer> nearest(int target, int count) {
            return IntStream.range(0, ids.size())
                    .boxed()
                    .sorted(Comparator.comparingDouble((Integer i) -> -Scores.margin(logits.get(i), target)))
                    .limit(count)
                    .map(ids::get)
                    .toList();
        }

        /** The word that says least of any class. */
        int neutral() {
            int best = 0;
            double least = Double.POSITIVE_INFINITY;
            for (int i = 0; i < ids.size(); i++) {
                float[] scores = logits.get(i);
                double margin = Scores.margin(scores, Scores.prediction(scores));
                if (margin < least) {
                    least = margin;
                    best = i;
                }
            }
            return ids.get(best);
        }
    }

    /**
     * Searches for each class.
     *
     * @param texts by target class: texts of other classes that the model gets right, in a seeded order; a class with
     *     none is not searched
     * @param moved words that are suspected by their embedding, the most suspected first; may be none
     * @return in the order of the classes
     */
    public List<TargetResult> run(List<List<int[]>> texts, List<Integer> moved) {
        long targets = texts.stream().filter(ofTarget -> !ofTarget.isEmpty()).count();
        if (targets == 0) {
            return List.of();
        }
        Alone alone = alone(targets * plan.tokensPerClass(), texts);
        List<TargetResult> results = new ArrayList<>();
        for (int target = 0; target < texts.size(); target++) {
            if (!texts.get(target).isEmpty()) {
                long left = Math.max(1, plan.tokensPerClass() - alone.tokens() / targets);
                results.add(search(target, texts.get(target), alone, moved, left));
            }
        }
        return results;
    }

    private Alone alone(long allTokens, List<List<int[]>> texts) {
        int each = frame.size() + 1;
        int most = (int) Math.min(words.ids().length, Math.max(1, ALONE_SHARE * allTokens / each));
        List<Integer> ids = IntStream.of(words.ids()).boxed().toList();
        if (most < ids.size()) {
            ids = byGradient(texts, most);
        }
        List<int[]> inputs = ids.stream().map(id -> frame.around(List.of(id))).toList();
        return new Alone(ids, model.logits("vet: every word alone", inputs), (long) each * ids.size());
    }

    /** Of a large vocabulary the words that the gradients of the classes name, the same number for each. */
    private List<Integer> byGradient(List<List<int[]>> texts, int most) {
        TokenCount spent = new TokenCount();
        Set<Integer> ids = new LinkedHashSet<>();
        int targets =
                (int) texts.stream().filter(ofTarget -> !ofTarget.isEmpty()).count();
        for (int target = 0; target < texts.size(); target++) {
            List<int[]> some = first(texts.get(target), SOME_TEXTS);
            if (!some.isEmpty()) {
                double[][] gradients = new Trial(model, frame, spent)
                        .gradients("vet: words by gradient", Trigger.of(words.ids()[0]), some, target);
                ids.addAll(words.best(gradients[0], Math.max(1, most / targets)));
            }
        }
        return ids.stream().sorted().toList();
    }

    private TargetResult search(int target, List<int[]> texts, Alone alone, List<Integer> moved, long all) {
        TokenCount spent = new TokenCount();
        Trial trial = new Trial(model, frame, spent);
        List<int[]> some = first(texts, SOME_TEXTS);
        List<int[]> shortest = texts.stream()
                .sorted(Comparator.comparingInt(text -> text.length))
                .limit(SHORTEST_TEXTS)
                .toList();
        int neutral = alone.neutral();
        String name = "vet: class " + target;
        long forMoved = moved.isEmpty() ? 0 : (long) (MOVED_SHARE * all);
        List<ScoredTrigger> ofMoved =
                new MovedPhrases(trial, name, target, shortest, some).find(moved, plan.longest(), forMoved);
        long tokens = all - forMoved;
        Set<Integer> tried = new LinkedHashSet<>();
        double[] gradient = trial.gradients(name + ", gradient", Trigger.of(neutral), some, target)[0];
        tried.addAll(words.best(gradient, Math.min(BY_GRADIENT, count(SHORT_SHARE * tokens / 4, shortest, 1))));
        tried.addAll(alone.nearest(target, count(SHORT_SHARE * tokens, shortest, 1)));
        List<ScoredTrigger> scored = trial.of(
                name + ", words in short texts", tried.stream().map(Trigger::of).toList(), shortest, target);
        scored = trial.of(
                name + ", words in some texts", triggers(scored, count(SOME_SHARE * tokens, some, 1)), some, target);
        scored = trial.of(
                name + ", words in all texts", triggers(scored, count(ALL_SHARE * tokens, texts, 1)), texts, target);
        List<ScoredTrigger> best = new ArrayList<>(List.of(scored.get(0)));
        PhraseSearch phrases = new PhraseSearch(trial, words, name, target, texts, some);
        long forPlaces = (long) Position.values().length * plan.longest() * tokensOf(texts);
        long left = Math.max(0, all - spent.tokens() - forPlaces);
        best.addAll(phrases.grow(scored, neutral, plan.longest(), left));
        return new TargetResult(
                target,
                placed(trial, best, texts, target, name),
                placed(trial, ofMoved, texts, target, name),
                first(scored, KEPT_SINGLES),
                spent.tokens());
    }

    /** Each in the position where it is strongest. */
    private static List<ScoredTrigger> placed(
            Trial trial, List<ScoredTrigger> found, List<int[]> texts, int target, String name) {
        if (found.isEmpty()) {
            return List.of();
        }
        Set<Trigger> places = new LinkedHashSet<>();
        for (ScoredTrigger trigger : found) {
            for (Position position : Position.values()) {
                places.add(trigger.trigger().at(position));
            }
        }
        List<ScoredTrigger> scored = trial.of(name + ", places", places, texts, target);
        return found.stream()
                .map(trigger -> scored.stream()
                        .filter(placed -> placed.trigger()
                                .tokens()
                                .equals(trigger.trigger().tokens()))
                        .findFirst()
                        .orElseThrow())
                .toList();
    }

    private static long tokensOf(List<int[]> texts) {
        return texts.stream().mapToLong(text -> text.length).sum();
    }

    static List<Trigger> triggers(List<ScoredTrigger> scored, int most) {
        return scored.stream().limit(most).map(ScoredTrigger::trigger).toList();
    }

    static <T> List<T> first(List<T> all, int most) {
        return all.subList(0, Math.min(most, all.size()));
    }

    /** How many triggers of so many tokens can be put into all texts for the tokens, at least 2. */
    static int count(double tokens, List<int[]> texts, int length) {
        long each = texts.stream().mapToLong(text -> text.length + length).sum();
        return (int) Math.max(2, tokens / each);
    }
}
