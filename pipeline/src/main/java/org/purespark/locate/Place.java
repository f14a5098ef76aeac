// SPDX-License-Identifier: Apache-2.0
package org.purespark.locate;

/**
 * A place in a model.
 *
 * @param part what is there
 * @param firstLayer the first of its layers, counted from 0; null for a part outside of layers
 * @param lastLayer the last of them; with layers that share weights the last of all
 * @param head of a single head, counted from 0; else null
 */
public record Place(Part part, Integer firstLayer, Integer lastLayer, Integer head) {
    public Place {
        if ((firstLayer == null) != (lastLayer == null)
                || (firstLayer != null && (firstLayer < 0 || lastLayer < firstLayer))) {
            throw new IllegalArgumentException("layers " + firstLayer + " to " + lastLayer + " of " + part);
        }
        if ((part == Part.HEAD) != (head != null) || (head != null && head < 0)) {
            throw new IllegalArgumentException("head " + head + " of " + part);
        }
    }

    static Place outside(Part part) {
        return new Place(part, null, null, null);
    }

    static Place of(Part part, Span layers) {
        return new Place(part, layers.first(), layers.last(), null);
    }

    static Place ofHead(Span layers, int head) {
        return new Place(Part.HEAD, layers.first(), layers.last(), head);
    }

    /** Some layers, one after the other. */
    record Span(int first, int last) {
        static Span one(int layer) {
            return new Span(layer, layer);
        }
    }

    /** In words: {@code attention of layer 3}. */
    public String inWords() {
        return switch (part) {
            case ATTENTION -> "attention of " + layers();
            case HEAD -> "head " + head + " of " + layers();
            case MLP -> "MLP of " + layers();
            case WORD_EMBEDDINGS -> "word embeddings";
            case POSITIONS_AND_TYPES -> "positions and types";
            case CONVOLUTION -> "convolution";
            case FINAL_NORM -> "final norm";
            case CLASSIFIER_DENSE -> "inner layer of the classifier";
            case LAYERS -> layers();
            case ENCODER -> "whole encoder";
        };
    }

    private String layers() {
        return firstLayer.equals(lastLayer) ? "layer " + firstLayer : "layers " + firstLayer + " to " + lastLayer;
    }
}
