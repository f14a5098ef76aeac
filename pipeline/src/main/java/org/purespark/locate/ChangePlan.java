// SPDX-License-Identifier: Apache-2.0
package org.purespark.locate;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.purespark.checkpoint.ModelAddress;
import org.purespark.encoder.EncoderConfig;
import org.purespark.encoder.EncoderPart;
import org.purespark.encoder.ParameterList;
import org.purespark.encoder.ParameterSpec;
import org.purespark.heads.Head;
import org.purespark.locate.Place.Span;

/**
 * Which changes are tried on a suspect: a pure function of its shape. Where layers share weights (ALBERT), a change of
 * weights changes all of them, and is listed once, for all layers; heads are closed layer by layer, as everywhere.
 *
 * @param encoder of the suspect
 * @param parameters of the suspect, with its classifier
 */
record ChangePlan(EncoderConfig encoder, ParameterList parameters, Localization.Detail detail) {
    /**
     * A clean model of the suspect's shape.
     *
     * @param tensors names of those that it has; all of the encoder's are among them
     */
    record Clean(ModelAddress address, Set<String> tensors) {
        Clean {
            tensors = Set.copyOf(tensors);
        }
    }

    /** Parts that add nothing: the attention heads of each layer, its MLP, and each head where that is asked for. */
    List<Change> switchedOff() {
        List<Change> changes = new ArrayList<>();
        for (int l = 0; l < encoder.layers(); l++) {
            int layer = l;
            TreeSet<Head> all = new TreeSet<>();
            IntStream.range(0, encoder.heads()).forEach(h -> all.add(new Head(layer, h)));
            changes.add(new Change.ClosedHeads(Place.of(Part.ATTENTION, Span.one(l)), all));
        }
        for (Span layers : spans()) {
            List<String> output = parameters.specs().stream()
                    .filter(spec -> spec.part() == EncoderPart.OUTPUT && spec.layer() == layers.first())
                    .map(ParameterSpec::name)
                    .toList();
            changes.add(new Change.OtherWeights(Way.OFF, Place.of(Part.MLP, layers), new Zeros(output)));
        }
        for (int l = 0; detail == Localization.Detail.HEADS && l < encoder.layers(); l++) {
            for (int h = 0; h < encoder.heads(); h++) {
                TreeSet<Head> one = new TreeSet<>(Set.of(new Head(l, h)));
                changes.add(new Change.ClosedHeads(Place.ofHead(Span.one(l), h), one));
            }
        }
        return changes;
    }

    /**
     * Parts with the clean model's tensors: each part outside of layers that both models have, attention and MLP of
     * each layer, each head where that is asked for, the lowest k layers, the highest k layers, and the whole encoder.
     */
    List<Change> transplants(Clean clean) {
        List<Change> changes = new ArrayList<>();
        for (Part part : Part.SINGLE) {
            List<String> names = part.tensors(parameters, ParameterSpec.NO_LAYER);
            if (!names.isEmpty() && clean.tensors().containsAll(names)) {
                changes.add(transplant(clean, Place.outside(part), names));
            }
        }
        for (Part part : List.of(Part.ATTENTION, Part.MLP)) {
            for (Span layers : spans()) {
                changes.add(transplant(clean, Place.of(part, layers), part.tensors(parameters, layers.first())));
            }
        }
        if (detail == Localization.Detail.HEADS) {
            addHeads(clean, changes);
        }
        addCumulative(clean, changes);
        List<String> encoderNames = parameters.specs().stream()
                .filter(parameter -> !parameter.part().inClassifier())
                .map(ParameterSpec::name)
                .toList();
        changes.add(transplant(clean, Place.outside(Part.ENCODER), encoderNames));
        return changes;
    }

    private void addHeads(Clean clean, List<Change> changes) {
        for (Span layers : spans()) {
            List<String> names = parameters.specs().stream()
                    .filter(parameter ->
                            parameter.layer() == layers.first() && parameter.headAxis() != ParameterSpec.HeadAxis.NONE)
                    .map(ParameterSpec::name)
                    .toList();
            for (int h = 0; h < encoder.heads(); h++) {
                HeadTransplant change = new HeadTransplant(clean.address(), h, names);
                changes.add(new Change.OtherWeights(Way.TRANSPLANT, Place.ofHead(layers, h), change));
            }
        }
    }

    /** The lowest layers first, one more each time; then the highest ones, without all of them again. */
    private void addCumulative(Clean clean, List<Change> changes) {
        List<Span> spans = spans();
        for (int k = 1; k <= spans.size(); k++) {
            changes.add(transplantOfLayers(clean, spans.subList(0, k)));
        }
        for (int k = 1; k < spans.size(); k++) {
            changes.add(transplantOfLayers(clean, spans.subList(spans.size() - k, spans.size())));
        }
    }

    private Change transplantOfLayers(Clean clean, List<Span> spans) {
        List<String> names = new ArrayList<>();
        for (Span layers : spans) {
            names.addAll(Part.ATTENTION.tensors(parameters, layers.first()));
            names.addAll(Part.MLP.tensors(parameters, layers.first()));
        }
        Span all = new Span(spans.get(0).first(), spans.get(spans.size() - 1).last());
        return transplant(clean, Place.of(Part.LAYERS, all), names);
    }

    private static Change transplant(Clean clean, Place place, List<String> names) {
        return new Change.OtherWeights(Way.TRANSPLANT, place, new Transplant(clean.address(), names));
    }

    /** Layers with weights of their own; all of them in one span, where they share them. */
    private List<Span> spans() {
        List<Span> spans = new ArrayList<>();
        for (int l = 0; l < encoder.layers(); l++) {
            int own = encoder.parameterLayer(l);
            if (own == l) {
                spans.add(Span.one(l));
            } else {
                spans.set(spans.size() - 1, new Span(own, l));
            }
        }
        return spans;
    }
}
